package main

import (
	"fmt"
	"strings"
	"sync"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/types"
)

// generatedPrefix begins the addresses that the simulator makes up. There are only 4096 of them, so some two hundred
// machines would share some; a real vCenter never gives one address twice.
const generatedPrefix = "00:0c:29:"

// macAddresses gives network cards addresses of their own, from the range of a vCenter.
type macAddresses struct {
	sync.Mutex
	given int
}

// Reference is the name under which it listens to the registry.
func (*macAddresses) Reference() types.ManagedObjectReference {
	return types.ManagedObjectReference{Type: "Lab", Value: "mac-addresses"}
}

// PutObject does nothing: a new machine has no cards yet.
func (*macAddresses) PutObject(mo.Reference) {}

// RemoveObject does nothing.
func (*macAddresses) RemoveObject(types.ManagedObjectReference) {}

// UpdateObject is called within the change of a machine, so its cards can be changed along with it.
func (m *macAddresses) UpdateObject(object mo.Reference, changes []types.PropertyChange) {
	machine, ok := object.(*mo.VirtualMachine)
	if !ok || machine.Config == nil {
		return
	}
	for _, change := range changes {
		if change.Name == "config.hardware.device" {
			m.assign(machine)
			return
		}
	}
}

func (m *macAddresses) assign(machine *mo.VirtualMachine) {
	for _, device := range machine.Config.Hardware.Device {
		ethernet, ok := device.(types.BaseVirtualEthernetCard)
		if !ok {
			continue
		}
		card := ethernet.GetVirtualEthernetCard()
		if card.AddressType == "manual" || !strings.HasPrefix(card.MacAddress, generatedPrefix) {
			continue
		}
		before := card.MacAddress
		card.MacAddress = m.next()
		card.AddressType = "assigned"
		for i := range machine.Guest.Net {
			if machine.Guest.Net[i].MacAddress == before {
				machine.Guest.Net[i].MacAddress = card.MacAddress
			}
		}
	}
}

func (m *macAddresses) next() string {
	m.Lock()
	defer m.Unlock()
	m.given++
	return fmt.Sprintf("00:50:56:%02x:%02x:%02x", 0x80|(m.given>>16)&0x3f, (m.given>>8)&0xff, m.given&0xff)
}

var _ simulator.RegisterObject = (*macAddresses)(nil)
