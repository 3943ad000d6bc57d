import { describe, expect, test } from 'vitest'
import { findUrlDefects } from '../../src/domain/app-url.ts'

const isLoopback = (hostname: string) =>
  hostname === 'localhost' || hostname.endsWith('.localhost') || hostname === '127.0.0.1'
const defects = (tenantUrl: string, sharedUrl?: string) =>
  findUrlDefects({ tenantUrl, ...(sharedUrl === undefined ? {} : { sharedUrl }) }, isLoopback).map(
    ({ message }) => message,
  )

describe('T-41 RU-06 the address of an app says what is wrong with it', () => {
  test.each([
    ['https://phone.example', /exactly once/],
    ['https://{tenant}.{tenant}.phone.example', /exactly once/],
    ['https://{tenant}{tenant}.phone.example', /exactly once/],
    ['https://a{tenant}.phone.example', /one whole label/],
    ['https://phone.example/{tenant}', /one whole label/],
    ['https://phone.{tenant}', /last label/],
    ['https://{tenant}', /last label/],
  ])('for tenants: %s', (tenantUrl, message) => {
    expect(defects(tenantUrl)).toEqual([expect.stringMatching(message)])
  })

  test.each([
    ['phone.example', /absolute https URL/],
    ['x https://phone.example', /absolute https URL/],
    ['xhttps://phone.example', /absolute https URL/],
    ['https://phone.example/a b', /absolute https URL/],
    ['https://phone.example/ ', /absolute https URL/],
    ['https://phone.example\\x', /absolute https URL/],
    ['https://', /absolute https URL/],
    ['https://ex ample', /absolute https URL/],
    ['https://phone.example:99999', /absolute https URL/],
    ['https://*.phone.example', /wildcards/],
    ['https://phone.example/%41', /wildcards/],
    ['https://phone.example/{a', /wildcards/],
    ['https://phone.example/a}', /wildcards/],
    ['https://u@phone.example', /user information/],
    ['https://u:p@phone.example', /user information/],
    ['https://:p@phone.example', /user information/],
    ['https://@phone.example', /user information/],
    ['https://phone.example/#', /fragment/],
    ['https://phone.example/#?', /fragment/],
    ['https://phone.example/?', /query/],
    ['http://phone.example', /must be https/],
    ['http://10.0.0.1', /must be https/],
    ['https://10.0.0.1', /not an address/],
    ['https://[fe80::1]', /not an address/],
    ['https://2852039166', /not an address/],
  ])('shared: %s', (sharedUrl, message) => {
    expect(defects('https://{tenant}.phone.example', sharedUrl)).toEqual([expect.stringMatching(message)])
  })

  test.each([
    'HTTPS://Phone.example',
    'https://1.2.3.4.phone.example',
    'https://a.1.2.3.4x.example',
    'https://phone.example/a@b',
  ])('nothing is wrong with %s', (sharedUrl) => {
    expect(defects('https://{tenant}.phone.example', sharedUrl)).toEqual([])
  })

  test('for tenants and shared: both are reported', () => {
    expect(defects('https://phone.example', 'http://phone.example')).toHaveLength(2)
  })
})
