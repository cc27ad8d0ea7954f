import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

/** How many bytes are in use, when all that is not has been collected. */
export function heapUsed(): number {
  collect()
  collect()
  return process.memoryUsage().heapUsed
}

/**
 * How many bytes an act leaves behind each time. What it leaves only the first time, such as compiled code, is not counted,
 * nor what something else in the process left once: of several turns the least counts.
 */
export async function growth(act: () => Promise<void>, turns: number = 3): Promise<number> {
  await act()
  let least = Infinity
  for (let turn = 0; turn < turns; turn++) {
    const before = heapUsed()
    await act()
    least = Math.min(least, heapUsed() - before)
  }
  return least
}
