// Command main serves the apps of the client matrix with coreos/go-oidc and golang.org/x/oauth2. It reads the apps as
// one line of JSON, listens, says so in one line, and ends with its standard input.
package main

import (
	"bufio"
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"sync"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
)

type app struct {
	Auth, Mode, ClientID, Issuer, Origin, Secret string
	config                                       oauth2.Config
	provider                                     *oidc.Provider
	state, nonce, verifier                       string
}

type outcome struct {
	Sub       string   `json:"sub"`
	IDToken   string   `json:"idToken"`
	Userinfo  string   `json:"userinfo"`
	Refreshed []string `json:"refreshed"`
}

// Names below localhost are this machine (RFC 6761 6.3); not every resolver knows.
func dialLocalhost(ctx context.Context, network, address string) (net.Conn, error) {
	if host, port, err := net.SplitHostPort(address); err == nil && strings.HasSuffix(host, ".localhost") {
		address = net.JoinHostPort("127.0.0.1", port)
	}
	return (&net.Dialer{}).DialContext(ctx, network, address)
}

func (a *app) begin(ctx context.Context) (string, error) {
	provider, err := oidc.NewProvider(ctx, a.Issuer)
	if err != nil {
		return "", err
	}
	a.provider = provider
	a.config = oauth2.Config{
		ClientID:    a.ClientID,
		Endpoint:    provider.Endpoint(),
		RedirectURL: a.Origin + "/callback",
		Scopes:      []string{oidc.ScopeOpenID, "profile", "email", "phone_system", oidc.ScopeOfflineAccess},
	}
	a.state, a.nonce, a.verifier = rand.Text(), rand.Text(), oauth2.GenerateVerifier()
	options := []oauth2.AuthCodeOption{oidc.Nonce(a.nonce)}
	if a.Auth == "none" {
		options = append(options, oauth2.S256ChallengeOption(a.verifier))
	} else {
		// It finds out by itself how the secret is sent: first in the header, then in the form.
		a.config.ClientSecret = a.Secret
	}
	if a.Mode == "form_post" {
		options = append(options, oauth2.SetAuthURLParam("response_mode", "form_post"))
	}
	return a.config.AuthCodeURL(a.state, options...), nil
}

func (a *app) finish(ctx context.Context, request *http.Request) (*outcome, error) {
	if request.FormValue("state") != a.state {
		return nil, fmt.Errorf("state of another sign-in: %s", request.FormValue("error"))
	}
	var options []oauth2.AuthCodeOption
	if a.Auth == "none" {
		options = append(options, oauth2.VerifierOption(a.verifier))
	}
	token, err := a.config.Exchange(ctx, request.FormValue("code"), options...)
	if err != nil {
		return nil, err
	}
	raw, _ := token.Extra("id_token").(string)
	idToken, err := a.provider.Verifier(&oidc.Config{ClientID: a.ClientID}).Verify(ctx, raw)
	if err != nil {
		return nil, err
	}
	if idToken.Nonce != a.nonce {
		return nil, fmt.Errorf("nonce of another sign-in")
	}
	userinfo, err := a.provider.UserInfo(ctx, oauth2.StaticTokenSource(token))
	if err != nil {
		return nil, err
	}
	renewed, err := a.config.TokenSource(ctx, &oauth2.Token{RefreshToken: token.RefreshToken}).Token()
	if err != nil {
		return nil, err
	}
	refreshed := []string{token.AccessToken, renewed.AccessToken}
	return &outcome{Sub: idToken.Subject, IDToken: raw, Userinfo: userinfo.Subject, Refreshed: refreshed}, nil
}

type apps struct {
	sync.Mutex
	at map[string]*app
}

func (all *apps) ServeHTTP(answer http.ResponseWriter, request *http.Request) {
	all.Lock()
	defer all.Unlock()
	one, ok := all.at["http://"+request.Host]
	if !ok {
		http.Error(answer, "no app at "+request.Host, http.StatusNotFound)
		return
	}
	client := &http.Client{Transport: &http.Transport{DialContext: dialLocalhost}}
	ctx := oidc.ClientContext(context.Background(), client)
	if request.URL.Path == "/login" {
		address, err := one.begin(ctx)
		if err != nil {
			http.Error(answer, err.Error(), http.StatusInternalServerError)
			return
		}
		http.Redirect(answer, request, address, http.StatusFound)
		return
	}
	result, err := one.finish(ctx, request)
	if err != nil {
		http.Error(answer, err.Error(), http.StatusInternalServerError)
		return
	}
	_ = json.NewEncoder(answer).Encode(result)
}

func main() {
	input := bufio.NewReader(os.Stdin)
	var given struct {
		Port int
		Apps []*app
	}
	line, _ := input.ReadBytes('\n')
	if err := json.Unmarshal(line, &given); err != nil {
		panic(err)
	}
	all := &apps{at: map[string]*app{}}
	for _, one := range given.Apps {
		all.at[one.Origin] = one
	}
	listener, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", given.Port))
	if err != nil {
		panic(err)
	}
	fmt.Println("listening")
	go func() {
		_ = http.Serve(listener, all)
	}()
	_, _ = io.Copy(io.Discard, input)
}
