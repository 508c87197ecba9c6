import { formatDuration } from '../../duration.ts'
import type { Rule } from '../rule.ts'

/** Machines that do not run, or went off where they must not. */
export const POWER_RULES = [
  {
    id: 'kernel-panicked',
    explain: ({ phase, wentOff, failure }) =>
      failure && wentOff === 'guest-panic'
        ? {
            seen: `its kernel panicked in phase ${phase}`,
            cause:
              phase === 'initrd'
                ? 'it found no initrd (unknown-block(0,0) on its console), the initrd is damaged, or it has too little memory to unpack it'
                : 'the kernel does not suit the machine, its memory does not suffice, or its hardware is faulty',
            check: [
              'the last lines of its serial log (edgeboot host logs)',
              'initrd= in kernelArgs: take it out, the name it is loaded under is set already',
              'its memory',
              'edgeboot installer inspect ISO says whether the files in it are whole',
            ],
          }
        : undefined,
  },
  {
    id: 'switched-off-early',
    explain: ({ phase, wentOff, failure }) =>
      failure && wentOff === 'guest-shutdown'
        ? {
            seen: `it switched itself off in phase ${phase}, before it had fetched its configuration`,
            cause: 'somebody chose so at its console, its firmware gave up booting, or its live system did',
            check: ['its console and serial log', 'its boot order', 'edgeboot host retry NAME'],
          }
        : undefined,
  },
  {
    id: 'lost-while-installing',
    explain: ({ wentOff, failure }) =>
      failure && wentOff !== undefined
        ? {
            seen: 'its machine went off while it installed; its disk may be half written',
            cause: 'somebody switched it off, its power failed, or its hypervisor lost it',
            check: [
              'the log of the hypervisor and the room left on its storage',
              'edgeboot host reinstall NAME begins anew and erases the disk',
            ],
          }
        : undefined,
  },
  {
    id: 'armed-but-silent',
    explain: ({ phase, netboot, armedAt, armedUntil = 0 }, { now }) =>
      phase === 'defined' && !netboot?.answered && armedAt !== undefined && armedUntil > now
        ? {
            seen: `its window has been open for ${formatDuration(now - armedAt)} and nothing was heard of it`,
            cause:
              'it is off, did not hear the call (Wake-on-LAN), boots its disk first, or is on another network',
            check: [
              'whether it is on, and what its screen shows',
              'network before disk in its boot order, once; Wake-on-LAN in its firmware',
              'edgeboot dhcp watch, edgeboot host discovered: it may ask with another MAC address',
            ],
          }
        : undefined,
  },
  {
    id: 'not-switched-on',
    explain: ({ phase, netboot }) =>
      phase === 'defined' && !netboot?.answered
        ? {
            seen: 'its machine has not been switched on yet',
            cause: 'nobody has done it, or its turn has not come',
            check: ['edgeboot host show says what it waits for', 'edgeboot host power NAME on'],
          }
        : undefined,
  },
  {
    id: 'hypervisor-silent',
    explain: ({ phase }) =>
      phase === 'starting'
        ? {
            seen: 'its machine was switched on but does not run',
            cause: 'the hypervisor did not start it',
            check: ['look at the log of the hypervisor', 'edgeboot doctor'],
          }
        : undefined,
  },
] as const satisfies readonly Rule[]
