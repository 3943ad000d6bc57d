import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import type { Cloud } from '../cloud.ts'
import type { Directories } from '../directory/directories.ts'
import type { Directory } from '../directory/directory.ts'
import { clearSwitches, ownSwitches, SomeSwitches, setSwitches } from '../switches.ts'
import { addDirectory, DirectorySnapshot, takeDirectory } from './directory-snapshot.ts'

/** All that can be registered or changed; a switch for all that is left out keeps its value. */
export const Snapshot = z.strictObject({
  version: z.literal(1),
  /** Only this directory, by id or domain: the others and the switches for all stay as they are. */
  directory: z.string().toLowerCase().optional(),
  directories: z.array(DirectorySnapshot).min(1),
  ...SomeSwitches.shape,
})
export type Snapshot = z.input<typeof Snapshot>

/** Signs of life are no part of it: sessions, tokens, subscriptions, faults, requests, keys and the clock. */
export function takeSnapshot(cloud: Cloud, only?: Directory): Snapshot {
  const directories = (only ? [only] : cloud.directories.all()).map((directory) => ({
    ...takeDirectory(directory),
    switches: ownSwitches(cloud.of(directory)),
  }))
  return {
    version: 1,
    ...(only ? { directory: only.id } : ownSwitches(cloud)),
    directories: structuredClone(directories),
  }
}

/**
 * Puts a snapshot in place of what is there. As with a restart, Microsoft sessions, codes, refresh tokens, subscriptions
 * and delta links end; access tokens stay valid.
 * @throws ZodError, or Error for directories that contradict each other; nothing is changed then
 */
export function restoreSnapshot(cloud: Cloud, given: unknown): void {
  const snapshot = Snapshot.parse(given)
  if (snapshot.directory === undefined) restoreAll(cloud, snapshot)
  else restoreDirectory(cloud, snapshot.directory, snapshot.directories)
}

function restoreAll(cloud: Cloud, snapshot: z.output<typeof Snapshot>): void {
  cloud.directories.replace((directories) => {
    for (const directory of snapshot.directories) addDirectory(directories, directory)
  })
  setSwitches(cloud, snapshot)
  for (const own of cloud.each()) clearSwitches(own)
  for (const { id, switches } of snapshot.directories) setSwitches(cloud.of({ id: id.toLowerCase() }), switches)
  endSigns(cloud)
}

function restoreDirectory(cloud: Cloud, wanted: string, snapshots: readonly DirectorySnapshot[]): void {
  const snapshot = snapshots.find(({ id, domains }) => [id, ...domains].some((name) => name.toLowerCase() === wanted))
  if (!snapshot) throw new Error(`The snapshot has no directory ${wanted}.`)
  replaceDirectory(cloud, snapshot.id.toLowerCase(), (directories) => addDirectory(directories, snapshot))
  setSwitches(cloud.of({ id: snapshot.id.toLowerCase() }), snapshot.switches)
}

/** `fill` adds the directory as it shall be; it has no switches of its own then. */
function replaceDirectory(cloud: Cloud, id: string, fill: (directories: Directories) => void): void {
  const kept = cloud.directories.all().filter((directory) => directory.id !== id)
  cloud.directories.replace(fill, kept)
  clearSwitches(cloud.of({ id }))
  endSigns(cloud, id)
}

/** Ends what does not outlive a restart, of all or of one directory. */
function endSigns(cloud: Cloud, directory?: string): void {
  cloud.of(directory === undefined ? undefined : { id: directory }).run = randomUUID()
  if (directory === undefined) for (const own of cloud.each()) own.run = cloud.run
  for (const store of [cloud.sessions, cloud.codes, cloud.refreshTokens, cloud.deviceCodes, cloud.subscriptions])
    store.clear(directory)
}

/** Back to the start: directories and switches, the clock, and no faults, requests or tampering. Keys stay. */
export function resetAll(cloud: Cloud): void {
  restoreSnapshot(cloud, cloud.start)
  for (const { clock } of [cloud, ...cloud.each()]) clock.reset()
  cloud.added.clear()
  cloud.notifier.forget()
  for (const store of [cloud.faults, cloud.tampering, cloud.requests]) store.clear()
}

/** The same for one directory: as it was at the start, or as it was added later. */
export function resetDirectory(cloud: Cloud, directory: Directory): void {
  const { id } = directory
  const seed = cloud.added.get(id)
  if (seed) replaceDirectory(cloud, id, (directories) => directories.add(seed))
  else restoreSnapshot(cloud, { ...cloud.start, directory: id })
  cloud.of(directory).clock.reset()
  cloud.notifier.forget(id)
  cloud.faults.clear(directory)
  cloud.tampering.clear(directory)
  cloud.requests.clear(id)
}
