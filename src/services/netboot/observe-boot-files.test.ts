import { expect, test } from 'vitest'
import { createFakeClock } from '../../../test/support/fake-clock.ts'
import { createSilentLog } from '../../../test/support/silent-log.ts'
import type { BootFiles } from '../../ports/boot-files.ts'
import type { Happening } from '../host-book.ts'
import { createNetbootNews } from './netboot-news.ts'
import { observeBootFiles } from './observe-boot-files.ts'

const files: BootFiles = {
  find: (name) => ({
    bytes: new Uint8Array(3),
    mediaType: 'application/efi',
    ...(name.startsWith('n/edge-1/') ? { host: 'edge-1' } : {}),
  }),
}

function open(service: 'tftp' | 'http') {
  const recorded: (Happening & { readonly host: string })[] = []
  const clock = createFakeClock()
  const news = createNetbootNews(clock)
  const book = {
    record: async (host: string, happening: Happening) => void recorded.push({ host, ...happening }),
  }
  return {
    recorded,
    news,
    clock,
    observe: observeBootFiles({ service, book, files, news, clock, log: createSilentLog() }),
  }
}

const transfer = { name: 'n/edge-1/ipxe.efi', address: '192.0.2.7' }

test.each(['tftp', 'http'] as const)(
  'what a host fetched by %s is its event, and news for everybody',
  (service) => {
    const { observe, recorded, news } = open(service)

    observe.sent({ ...transfer, bytes: 3, durationMs: 1.6 })
    observe.sent({ name: 'ipxe.efi', address: '192.0.2.8', bytes: 3, durationMs: 1 })
    observe.aborted({ ...transfer, reason: 'the client went away' })

    expect(recorded).toEqual([
      {
        host: 'edge-1',
        type: `${service}.sent`,
        data: { file: 'n/edge-1/ipxe.efi', bytes: 3, durationMs: 2, address: '192.0.2.7' },
      },
    ])
    expect(news.recent().map(({ service: by, action, host }) => [by, action, host])).toEqual([
      [service, 'sent', 'edge-1'],
      [service, 'sent', undefined],
      [service, 'failed', 'edge-1'],
    ])
  },
)

test('whoever fetches in the name of a host again and again, from many addresses, does not fill its record', () => {
  const { observe, recorded } = open('http')

  for (let index = 0; index < 500; index++) {
    observe.sent({ ...transfer, address: `192.0.2.${index % 250}`, bytes: 3, durationMs: 1 })
  }

  expect(recorded).toHaveLength(50)
})
