/** The names and functions of the steps of the smallest program that does J4. */
export type Steps = readonly (readonly [out: string, step: (context: object) => Promise<unknown>])[]
