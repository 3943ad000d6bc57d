import type { JWK } from 'jose'

export type Auth = 'none' | 'client_secret_basic' | 'client_secret_post' | 'private_key_jwt'
export type Alg = 'RS256' | 'ES256'
export type Mode = 'query' | 'form_post'
export type Cell = { auth: Auth; alg: Alg; mode: Mode }

/** An app of the catalogue as its developer sees it: at `/login` the sign-in starts, at `/callback` it is answered. */
export type App = Cell & {
  clientId: string
  issuer: string
  /** A host of its own, so that a client with one setting for each server has one for each app. */
  origin: string
  secret: string
  key: JWK
}

/** What the client learned, by its own means. */
export type Outcome = {
  /** Of the ID token that the client verified. */
  sub: string | undefined
  idToken: string | undefined
  /** `sub` of userinfo. */
  userinfo?: string | undefined
  /** Access tokens before and after one refresh. */
  refreshed?: readonly [before: string, after: string] | undefined
  /** Where the browser signs out, with a return to `/bye`. */
  signOut?: string | undefined
}

export type Running = { close(): Promise<void>; complaints?: () => string }

export type Client = {
  name: string
  /** Empty where it is the machine's. */
  version: () => string
  /** Of the redirect URI, `/callback` by default. */
  callbackPath?: string
  /** What it does not do, with the reason; the rest is tested. */
  lacks: Partial<Record<Auth | Alg | Mode | 'userinfo' | 'refresh' | 'signOut', string>>
  /** Settings that a developer needs, in Markdown. */
  recipe: string
  /** Why it cannot run on this machine. */
  missing?: () => string | undefined | Promise<string | undefined>
  /** Serves the apps on this port of 127.0.0.1. */
  start(apps: readonly App[], port: number): Promise<Running>
  /** In place of a browser without scripts: a page of ours in Chromium. */
  inChromium?: true
}

export const SCOPE = 'openid profile email phone_system offline_access'
