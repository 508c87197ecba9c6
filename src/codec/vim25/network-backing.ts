import { element, type XmlNode } from '../soap/render-xml.ts'
import { type ManagedObject, referenceNode } from './reference.ts'

/** What a virtual network card is plugged into. */
export type NetworkBacking =
  /** A port group of a standard switch. */
  | { readonly kind: 'standard'; readonly network: ManagedObject; readonly name: string }
  /** A port group of a distributed switch. */
  | { readonly kind: 'distributed'; readonly portgroupKey: string; readonly switchUuid: string }
  /** A network another product manages, NSX say. */
  | { readonly kind: 'opaque'; readonly id: string; readonly type: string }

/** `backing` of a network card, in the order of the types' definitions. */
export function networkBacking(backing: NetworkBacking): XmlNode {
  switch (backing.kind) {
    case 'standard':
      return {
        name: 'backing',
        type: 'VirtualEthernetCardNetworkBackingInfo',
        content: [element('deviceName', backing.name), referenceNode('network', backing.network)],
      }
    case 'distributed':
      return {
        name: 'backing',
        type: 'VirtualEthernetCardDistributedVirtualPortBackingInfo',
        content: [
          element('port', [
            element('switchUuid', backing.switchUuid),
            element('portgroupKey', backing.portgroupKey),
          ]),
        ],
      }
    case 'opaque':
      return {
        name: 'backing',
        type: 'VirtualEthernetCardOpaqueNetworkBackingInfo',
        content: [element('opaqueNetworkId', backing.id), element('opaqueNetworkType', backing.type)],
      }
  }
}
