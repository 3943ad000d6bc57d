# As Microsoft's documents show it: MSAL for Python, requests for Graph, no settings of authority or origin.
import json, os, sys
import msal, requests

app = msal.ConfidentialClientApplication(
    os.environ["CLIENT_ID"],
    authority="https://login.microsoftonline.com/" + os.environ["TENANT"],
    client_credential=os.environ["CLIENT_SECRET"],
)
scopes = ["https://graph.microsoft.com/.default"]
token = app.acquire_token_for_client(scopes=scopes)
answer = requests.get(
    "https://graph.microsoft.com/v1.0/users?$select=displayName&$top=3",
    headers={"Authorization": "Bearer " + token["access_token"]},
)
flow = app.initiate_auth_code_flow(["User.Read"], redirect_uri=os.environ["REDIRECT_URI"])
print(flow["auth_uri"], flush=True)
returned = dict(pair.split("=", 1) for pair in sys.stdin.readline().strip().split("&"))
signed_in = app.acquire_token_by_auth_code_flow(flow, returned)
account = app.get_accounts()[0]
again = app.acquire_token_silent_with_error(["User.Read"], account, force_refresh=True)
wrong = msal.ConfidentialClientApplication(
    os.environ["CLIENT_ID"],
    authority="https://login.microsoftonline.com/" + os.environ["TENANT"],
    client_credential="not-the-secret-of-this-application",
).acquire_token_for_client(scopes=scopes)
print(json.dumps({
    "users": [user["displayName"] for user in answer.json()["value"]],
    "oid": signed_in["id_token_claims"]["oid"],
    "username": account["username"],
    "refreshed": "access_token" in again,
    "wrong": wrong.get("error_codes"),
}))
