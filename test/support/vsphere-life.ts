import { aVsphereSpec, openDriverOn } from './vsphere-driver.ts'

/**
 * A process that takes one machine through its life and ends: made, given its media, switched on and off, its drive
 * emptied, switched on; or, with `delete`, removed. Arguments: directory, ISO, `live` or `delete`.
 */
const [directory = '', isoPath = '', what = 'live'] = process.argv.slice(2)
const signal = AbortSignal.timeout(60_000)
await using driver = await openDriverOn(process.env as Record<string, string>, { directory })
if (what === 'delete') await driver.delete('edge-1', signal)
else {
  const machine = await driver.create(aVsphereSpec(), signal)
  await machine.setMedia(isoPath, signal)
  await machine.power('on', signal)
  await machine.power('off', signal)
  await machine.setMedia(undefined, signal)
  await machine.power('on', signal)
}
