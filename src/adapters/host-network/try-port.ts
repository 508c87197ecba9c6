import { createServer } from 'node:net'

/** Whether one can listen there; the code of the refusal otherwise (`EADDRINUSE`, `EACCES`, `EADDRNOTAVAIL`). */
export function tryPort(host: string, port: number): Promise<'free' | string> {
  const { promise, resolve } = Promise.withResolvers<string>()
  const server = createServer()
  server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message))
  server.listen({ host, port, exclusive: true }, () => server.close(() => resolve('free')))
  return promise
}
