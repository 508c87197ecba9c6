import { element } from '../../../src/codec/soap/render-xml.ts'
import { childOf, childrenOf } from '../../../src/codec/soap/xml-element.ts'
import { readReferences, referenceNode } from '../../../src/codec/vim25/reference.ts'
import { type Answer, faultAnswer, soapAnswer } from './answer.ts'
import type { LabRequest, Step } from './lab-request.ts'
import { filePrivilege, neededPrivileges } from './needed-privileges.ts'
import type { LabDatastore } from './simulator-process.ts'

/** What the user may do. Everything at first. */
export interface LabPrivileges {
  /** Takes privileges away: `VirtualMachine.Interact.PowerOn`. */
  deny(...privileges: readonly string[]): void
  /** Has the user have only these. */
  allowOnly(...privileges: readonly string[]): void
  allowAll(): void
}

export interface PrivilegeRules extends LabPrivileges {
  /** Answers `HasPrivilegeOnEntities`, and `NoPermission` where one is missing. */
  readonly step: Step
  /** Whether files may be read or written with that HTTP method. */
  mayUse(method: string): boolean
}

export function createPrivileges(datastores: readonly LabDatastore[]): PrivilegeRules {
  let has = (_privilege: string): boolean => true

  function answerWhatIsHeld({ method, body }: LabRequest): Answer {
    const ids = childrenOf(body, 'privId').map(({ text }) => text)
    const availability = ids.map((id) =>
      element('privAvailability', [element('privId', id), element('isGranted', has(id))]),
    )
    const entities = readReferences(body, 'entity')
    return soapAnswer(
      method,
      ...entities.map((entity) => element('returnval', [referenceNode('entity', entity), ...availability])),
    )
  }

  return {
    deny: (...privileges) => {
      const before = has
      has = (privilege) => before(privilege) && !privileges.includes(privilege)
    },
    allowOnly: (...privileges) => {
      has = (privilege) => privileges.includes(privilege)
    },
    allowAll: () => {
      has = () => true
    },
    mayUse: (method) => has(filePrivilege(method)),
    step: async (request, next) => {
      if (request.method === 'HasPrivilegeOnEntities' && childOf(request.body, 'entity'))
        return answerWhatIsHeld(request)
      const missing = neededPrivileges(request, datastores).find(({ privilege }) => !has(privilege))
      if (!missing) return next(request)
      const message = 'Permission to perform this operation was denied.'
      const properties = { object: missing.object, privilegeId: missing.privilege }
      return faultAnswer({ type: 'NoPermission', message, properties })
    },
  }
}
