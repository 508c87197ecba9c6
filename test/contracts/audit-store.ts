import { describe, expect, test } from 'vitest'
import type { AuditEntry } from '../../src/domain/audit.ts'
import type { AuditTrail } from '../../src/ports/audit-trail.ts'

function anEntry(given: Partial<AuditEntry> = {}): AuditEntry {
  return {
    time: 1000,
    who: 'cli:ann',
    action: 'host.reinstall',
    object: 'edge-1',
    outcome: 'done',
    detail: {},
    ...given,
  }
}

/** What every audit trail must do. */
export function describeAuditTrail(name: string, open: () => Promise<AuditTrail & AsyncDisposable>): void {
  describe(`${name} is an audit trail`, () => {
    test('an entry comes back as it was appended, the newest first', async () => {
      await using trail = await open()
      const entry = anEntry({
        time: 1_790_000_000_123,
        detail: { from: '192.0.2.1', count: 3, forced: true },
      })

      const first = await trail.appendAudit(entry)
      const second = await trail.appendAudit(anEntry({ outcome: 'refused' }))

      expect(second.id).toBeGreaterThan(first.id)
      expect(await trail.auditEntries({ limit: 10 })).toEqual([second, first])
      expect(first).toEqual({ ...entry, id: first.id })
    })

    test('entries are found by time, person, action, object and outcome', async () => {
      await using trail = await open()
      const old = await trail.appendAudit(anEntry({ time: 1000 }))
      const other = await trail.appendAudit(anEntry({ time: 2000, who: 'token:ci', outcome: 'refused' }))
      const third = await trail.appendAudit(anEntry({ time: 3000, action: 'host.delete', object: 'edge-2' }))

      const find = (filter: object) => trail.auditEntries({ limit: 10, ...filter })

      expect(await find({ since: 2000 })).toEqual([third, other])
      expect(await find({ since: 2000, until: 3000 })).toEqual([other])
      expect(await find({ who: 'token:ci' })).toEqual([other])
      expect(await find({ action: 'host.delete' })).toEqual([third])
      expect(await find({ object: 'edge-1', outcome: 'done' })).toEqual([old])
    })

    test('pages follow one another without gap or overlap', async () => {
      await using trail = await open()
      for (let index = 0; index < 7; index += 1) await trail.appendAudit(anEntry({ object: `edge-${index}` }))

      const seen: string[] = []
      let beforeId: number | undefined
      for (;;) {
        const page = await trail.auditEntries({ limit: 3, ...(beforeId ? { beforeId } : {}) })
        if (page.length === 0) break
        seen.push(...page.map(({ object }) => object))
        beforeId = page.at(-1)?.id
      }

      expect(seen).toEqual([6, 5, 4, 3, 2, 1, 0].map((index) => `edge-${index}`))
    })

    test('secrets are masked and control characters replaced before anything is kept', async () => {
      await using trail = await open()
      const token = 'abcdefghijklmnopqrstuvwxyz234567'
      const password = 'hunter2'

      await trail.appendAudit(
        anEntry({
          who: `ebt_${token}`,
          object: `edge\u0000\u001b[2J\n`,
          detail: {
            path: `/h/${token}/config.yaml`,
            edgeHostToken: token,
            database: `postgres://u:${password}@db/x`,
            header: `Bearer ${password}`,
            long: 'x'.repeat(5000),
            ...Object.fromEntries(Array.from({ length: 100 }, (_, index) => [`k${index}`, 'v'])),
          },
        }),
      )
      const text = JSON.stringify(await trail.auditEntries({ limit: 1 }))

      expect(text).not.toContain(token)
      expect(text).not.toContain(password)
      expect(text).not.toMatch(/\\u0000|\\u001b|\\n/)
      expect(text.length).toBeLessThan(2000)
    })
  })
}
