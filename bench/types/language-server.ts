import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { compilerOf } from './project.ts'

interface Message {
  readonly id?: number
  readonly method?: string
  readonly params?: { readonly items?: readonly unknown[] }
  readonly result?: unknown
}

/** The compiler as editors use it: messages of JSON over its input and output, each behind a header with its length. */
export class LanguageServer {
  readonly #process: ChildProcess
  readonly #asked = new Map<number, (result: unknown) => void>()
  #received = Buffer.alloc(0)
  #last = 0

  constructor(folder: string) {
    const args = [compilerOf('typescript'), '--lsp', '--stdio']
    this.#process = spawn(process.execPath, args, { cwd: folder, stdio: ['pipe', 'pipe', 'ignore'] })
    this.#process.stdout?.on('data', (chunk: Buffer) => {
      this.#received = Buffer.concat([this.#received, chunk])
      for (let message = this.#next(); message !== undefined; message = this.#next()) this.#take(message)
    })
    this.#process.once('exit', (code) => {
      if (this.#asked.size > 0) throw new Error(`the language server ended with code ${code} and owes an answer`)
    })
  }

  #next(): Message | undefined {
    const end = this.#received.indexOf('\r\n\r\n')
    if (end < 0) return undefined
    const length = Number(/Content-Length: (\d+)/i.exec(this.#received.toString('latin1', 0, end))?.[1])
    const body = this.#received.subarray(end + 4, end + 4 + length)
    if (body.length < length) return undefined
    this.#received = this.#received.subarray(end + 4 + length)
    return JSON.parse(body.toString()) as Message
  }

  #take({ id, method, params, result }: Message): void {
    if (id === undefined) return
    // It asks for settings, too, and waits for an answer.
    if (method !== undefined) this.#send({ id, result: params?.items?.map(() => null) ?? null })
    else {
      this.#asked.get(id)?.(result)
      this.#asked.delete(id)
    }
  }

  #send(message: object): void {
    const body = JSON.stringify({ jsonrpc: '2.0', ...message })
    this.#process.stdin?.write(`Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`)
  }

  /** Sends what is not answered. */
  tell(method: string, params?: object): void {
    this.#send({ method, params })
  }

  /** Sends what is answered. */
  async ask<T>(method: string, params?: object): Promise<T> {
    const id = ++this.#last
    this.#send({ id, method, params })
    return await new Promise<T>((resolve) => this.#asked.set(id, resolve as (result: unknown) => void))
  }

  /** Ends the process. */
  async end(): Promise<void> {
    await this.ask('shutdown')
    this.tell('exit')
    this.#process.stdin?.end()
    if (this.#process.exitCode === null) await once(this.#process, 'exit')
  }
}
