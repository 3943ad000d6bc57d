"""Serves the apps of the client matrix with Authlib's integration of Flask.

Reads the apps as one line of JSON, listens, says so in one line, and ends with its standard input.
"""

import json
import socket
import sys
import threading

from authlib.integrations.flask_client import OAuth
from authlib.oauth2.rfc7523 import PrivateKeyJWT
from flask import Flask, jsonify, request
from joserfc.jwk import RSAKey
from werkzeug.serving import make_server

resolve = socket.getaddrinfo


def resolve_localhost(host, *rest, **more):
    """Names below localhost are this machine (RFC 6761 6.3); not every resolver knows."""
    return resolve("127.0.0.1" if str(host).endswith(".localhost") else host, *rest, **more)


socket.getaddrinfo = resolve_localhost


renewed = []


def register(server, app):
    """One app of the catalogue, with what differs from Authlib's defaults."""
    client_kwargs = {"scope": "openid profile email phone_system offline_access"}
    settings = {}
    if app["auth"] != "client_secret_basic":
        client_kwargs["token_endpoint_auth_method"] = app["auth"]
    if app["auth"].startswith("client_secret"):
        settings["client_secret"] = app["secret"]
    if app["auth"] == "none":
        client_kwargs["code_challenge_method"] = "S256"
    if app["auth"] == "private_key_jwt":
        settings["client_secret"] = RSAKey.import_key(app["key"])
        settings["client_auth_methods"] = [PrivateKeyJWT(app["issuer"] + "/token")]
    if app["mode"] == "form_post":
        settings["authorize_params"] = {"response_mode": "form_post"}
    return OAuth(server).register(
        app["clientId"],
        client_id=app["clientId"],
        server_metadata_url=app["issuer"] + "/.well-known/openid-configuration",
        client_kwargs=client_kwargs,
        update_token=lambda token, **_former: renewed.append(token),
        **settings,
    )


def main():
    given = json.loads(sys.stdin.readline())
    server = Flask("client_matrix")
    server.secret_key = "a secret of this test alone"
    clients = {app["origin"]: (app, register(server, app)) for app in given["apps"]}

    @server.get("/login")
    def login():
        app, client = clients[request.host_url.rstrip("/")]
        return client.authorize_redirect(app["origin"] + "/callback")

    @server.route("/callback", methods=["GET", "POST"])
    def callback():
        app, client = clients[request.host_url.rstrip("/")]
        token = client.authorize_access_token()
        renewed.clear()
        client.userinfo(token={**token, "expires_at": 1})  # an expired token is refreshed first
        signed_out = client.create_logout_url(app["origin"] + "/bye", token["id_token"])
        return jsonify(
            sub=token["userinfo"]["sub"],  # of the ID token
            idToken=token["id_token"],
            userinfo=client.userinfo(token=renewed[0])["sub"],
            refreshed=[token["access_token"], renewed[0]["access_token"]],
            signOut=signed_out["url"],
        )

    @server.get("/bye")
    def bye():
        return "bye"

    listener = make_server("127.0.0.1", given["port"], server, threaded=True)
    threading.Thread(target=listener.serve_forever, daemon=True).start()
    print("listening", flush=True)
    sys.stdin.read()
    listener.shutdown()


if __name__ == "__main__":
    main()
