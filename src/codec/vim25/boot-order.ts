import { element, typedElement, type XmlNode } from '../soap/render-xml.ts'
import { childrenOf, textOf, type XmlElement } from '../soap/xml-element.ts'

/** What a machine tries to boot, in that order. Disks and cards are named by the key of their device. */
export type BootDevice =
  | { readonly kind: 'disk'; readonly key: number }
  | { readonly kind: 'cdrom' }
  | { readonly kind: 'ethernet'; readonly key: number }

/** One `bootOrder` of `VirtualMachineBootOptions`. */
export function bootOrderNode(device: BootDevice): XmlNode {
  switch (device.kind) {
    case 'disk':
      return typedElement('bootOrder', 'VirtualMachineBootOptionsBootableDiskDevice', [
        element('deviceKey', device.key),
      ])
    case 'cdrom':
      return typedElement('bootOrder', 'VirtualMachineBootOptionsBootableCdromDevice', [])
    case 'ethernet':
      return typedElement('bootOrder', 'VirtualMachineBootOptionsBootableEthernetDevice', [
        element('deviceKey', device.key),
      ])
  }
}

/** From `config.bootOptions`; devices of kinds that are not ours are left out. */
export function readBootOrder(bootOptions: XmlElement | undefined): readonly BootDevice[] {
  return childrenOf(bootOptions, 'bootOrder').flatMap((order): BootDevice[] => {
    const key = Number.parseInt(textOf(order, 'deviceKey') ?? '', 10)
    switch (order.type) {
      case 'VirtualMachineBootOptionsBootableDiskDevice':
        return [{ kind: 'disk', key }]
      case 'VirtualMachineBootOptionsBootableCdromDevice':
        return [{ kind: 'cdrom' }]
      case 'VirtualMachineBootOptionsBootableEthernetDevice':
        return [{ kind: 'ethernet', key }]
      default:
        return []
    }
  })
}
