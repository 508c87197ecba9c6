import { describe, expect, test } from 'vitest'
import { examineAddresses, examineNode } from './doctor/examine-machine.ts'
import { vsphereRole } from './doctor.ts'

describe('this computer', () => {
  test.each([
    ['24.11.0', 'good'],
    ['25.0.0', 'good'],
    ['24.10.9', 'bad'],
    ['22.20.0', 'bad'],
  ])('with Node.js %s is %s', (version, verdict) => {
    expect(examineNode(version).verdict).toBe(verdict)
  })

  test('that nobody reaches gets a warning', () => {
    expect(examineAddresses(['192.0.2.1', '127.0.0.1'])).toMatchObject({
      verdict: 'good',
      detail: '192.0.2.1',
    })
    expect(examineAddresses(['127.0.0.1']).verdict).toBe('warning')
  })
})

test('the role has what every role has, but is made without it', () => {
  const { privileges, command } = vsphereRole()

  expect(privileges).toContain('System.View')
  expect(command).toMatch(/^govc role\.create edgeboot Datastore\.AllocateSpace /)
  expect(command).not.toContain('System.')
  expect(command.split(' ').length - 3).toBe(privileges.length - 3)
})
