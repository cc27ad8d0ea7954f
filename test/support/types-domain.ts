/** What the type tests' chains work on. */
export interface Address {
  readonly city: string
  readonly zip: number
}

export interface User {
  readonly id: string
  readonly email?: string
  readonly address: Address
}

export interface Row {
  readonly id: string
  readonly count: number
}

/** A class with accessors, a method and private state, none of which is enumerable or own. */
export declare class Account {
  private readonly secret: string
  get balance(): number
  close(): void
}

/** One key for each kind of value that a ref may lead into. */
export interface Source {
  source: string
  limit: number
  flag: boolean
  user: User
  rows: Row[]
  pair: [first: string, second: number]
  ages: Map<string, number>
  tags: ReadonlySet<string>
  scores: Record<string, number>
  account: Account
  shape: { kind: 'circle'; radius: number } | { kind: 'square'; side: number }
  maybe?: { deep: { value: Date } }
  nullable: { value: number } | null
}

export declare function load(source: string, limit: number): Row[]
export declare function loadLater(source: string, limit: number): Promise<Row[]>
export declare function count(rows: readonly Row[]): number

/** What a chain's run gives. */
export type ContextOf<Chain extends { run(...given: never): Promise<unknown> }> = Awaited<ReturnType<Chain['run']>>

/** What a chain's run takes. */
export type InputOf<Chain extends { run(...given: never): Promise<unknown> }> = Parameters<Chain['run']>[0]
