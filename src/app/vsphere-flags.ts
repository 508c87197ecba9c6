/** How to reach vSphere, as given on the command line; each goes before its variable of govc. */
export type { VsphereFlags } from '../adapters/hypervisor-vsphere/settings/govc-environment.ts'
