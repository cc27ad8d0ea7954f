import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

function used(): number {
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
    const before = used()
    await act()
    least = Math.min(least, used() - before)
  }
  return least
}
