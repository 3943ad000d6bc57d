import { expect, test } from 'vitest'
import { endsConnection, isLostStore, isRefusedByRedis } from '../src/lost-store.ts'

const failure = (code: string) => Object.assign(new Error('failed'), { code })
const reply = (message: string) => Object.assign(new Error(message), { name: 'ReplyError' })

test('T-122 T-123 a store that is lost, or refuses, is known by its code or its word, through causes', () => {
  const codes = [
    'ECONNREFUSED',
    'ECONNRESET',
    'EPIPE',
    'ETIMEDOUT',
    'ENOTFOUND',
    'EAI_AGAIN',
    'EHOSTUNREACH',
    'EHOSTDOWN',
    'ENETDOWN',
  ]
  const states = [
    '08006',
    '08P01',
    '57P01',
    '57P02',
    '57P03',
    '57P05',
    '25006',
    '53100',
    '53300',
    '57014',
    '40001',
    '40P01',
    '25P03',
  ]
  for (const code of [...codes, ...states]) expect([code, isLostStore(failure(code))]).toEqual([code, true])
  const words = [
    'READONLY You can’t',
    'OOM command',
    'LOADING Redis',
    'MASTERDOWN Link',
    'NOREPLICAS Not',
    'MISCONF Redis',
    'BUSY Redis is',
    'UNBLOCKED force',
    'CLUSTERDOWN The',
    'TRYAGAIN Multiple',
    'NOAUTH Authentication',
    'WRONGPASS invalid',
    'NOPERM this',
    'ERR max number of clients reached',
  ]
  for (const word of [...words, 'ERR Error running script: -READONLY You'])
    expect([word, isLostStore(reply(word)), isRefusedByRedis(reply(word))]).toEqual([word, true, true])
  const said = [
    'Connection terminated unexpectedly',
    'timeout exceeded when trying to connect',
    'Client was closed and is not queryable',
    'Connection is closed.',
    'Command timed out',
    'Command aborted due to connection close',
  ]
  for (const text of said) expect([text, isLostStore(new Error(text))]).toEqual([text, true])
  expect(isLostStore(new Error('outer', { cause: new Error('inner', { cause: failure('57P01') }) }))).toBe(true)
})

test('T-123 a fault of ours is no lost store', () => {
  for (const code of ['23505', '42P01', '22021', 'ERR_INVALID_ARG_TYPE', ''])
    expect([code, isLostStore(failure(code))]).toEqual([code, false])
  for (const word of ['WRONGTYPE Operation', 'NOSCRIPT No', 'ERR the OOM'])
    expect([word, isLostStore(reply(word))]).toEqual([word, false])
  expect(isLostStore(new Error('OOM in words'))).toBe(false)
  expect(isRefusedByRedis(failure('ECONNREFUSED'))).toBe(false)
  for (const none of [undefined, 'ECONNREFUSED', null, {}]) expect(isLostStore(none)).toBe(false)
})

test('T-122 T-123 a connection is dropped when it is closed or its server refuses, not when a transaction lost a race', () => {
  for (const state of ['57P01', '57P02', '57P05', '08006', '25P03', '25006', '53100', '57014'])
    expect([state, endsConnection(failure(state))]).toEqual([state, true])
  for (const state of ['40001', '40P01', '23505'])
    expect([state, endsConnection(failure(state))]).toEqual([state, false])
})
