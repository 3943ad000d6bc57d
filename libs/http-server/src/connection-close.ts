import type { Socket } from 'node:net'

const calls = new WeakMap<Socket, Set<() => void>>()

/**
 * Calls `gone` once the connection closes; the result takes that back. A pipelined response whose turn never came emits
 * no `close` itself (RFC 9112 9.3.2). Pipelined requests share one listener.
 */
export function whenConnectionCloses(socket: Socket, gone: () => void): () => void {
  let ofSocket = calls.get(socket)
  if (!ofSocket) {
    const made = new Set<() => void>()
    socket.once('close', () => {
      for (const call of made) call()
    })
    calls.set(socket, made)
    ofSocket = made
  }
  ofSocket.add(gone)
  return () => ofSocket.delete(gone)
}
