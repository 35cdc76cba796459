import { readFile } from 'node:fs/promises'

const MB = 1_000_000
const MILLISECONDS_A_TICK = 10
const SAMPLED_EACH = 250

/** CPU time in ms that a process has taken, with that of its children that have ended. */
export async function cpuOf (pid: number): Promise<number> {
  // After the name of the program, which can hold spaces.
  const fields = (await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => ') S')).split(') ').at(-1)!.split(' ')
  const ticks = [11, 12, 13, 14].map(i => Number(fields[i] ?? 0))
  return ticks.reduce((sum, some) => sum + some, 0) * MILLISECONDS_A_TICK
}

/** The same of a process with all its children: a server of PostgreSQL. */
export async function cpuOfFamily (pid: number): Promise<number> {
  const children = (await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8')).split(' ').filter(Boolean)
  const each = await Promise.all([pid, ...children.map(Number)].map(cpuOf))
  return each.reduce((sum, some) => sum + some, 0)
}

/** Memory of a process over time, in MB. */
export interface Memory {
  max: number
  /** How much it grows in a minute: a straight line through the second half, when everything has been compiled. */
  slope: number
}

interface Sample {
  minute: number
  megabytes: number
}

/** Watches how much memory a process takes until it is told to stop. */
export function watchMemory (pid: number): () => Memory {
  const samples: Sample[] = []
  const sample = async () => {
    const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '')
    const kilobytes = /VmRSS:\s+(\d+)/.exec(status)?.[1]
    if (kilobytes === undefined) return
    samples.push({ minute: performance.now() / 60_000, megabytes: Number(kilobytes) * 1024 / MB })
  }
  const timer = setInterval(() => { void sample() }, SAMPLED_EACH)
  return () => {
    clearInterval(timer)
    const max = Math.max(...samples.map(({ megabytes }) => megabytes))
    return { max, slope: slopeOf(samples.slice(samples.length / 2)) }
  }
}

/** By least squares. */
function slopeOf (samples: Sample[]): number {
  const mean = (of: (sample: Sample) => number) => samples.reduce((sum, sample) => sum + of(sample), 0) / samples.length
  const x = mean(({ minute }) => minute)
  const y = mean(({ megabytes }) => megabytes)
  const together = mean(sample => (sample.minute - x) * (sample.megabytes - y))
  return together / mean(sample => (sample.minute - x) ** 2)
}
