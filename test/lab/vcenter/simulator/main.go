// Command simulator is the inventory behind the vCenter lab: govmomi's simulator of a vCenter or an ESXi host without
// any machines, with a few endpoints of the lab's own (see lab.go).
//
// It answers plain HTTP on a port of 127.0.0.1, prints one line of JSON when it is ready, and ends when its standard
// input does, so that it never outlives the one who started it. All its files are in one temporary directory that goes
// with it.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/url"
	"os"
	"os/signal"
	"syscall"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/mo"
)

// Files of real machines are thin; what a simulated disk takes off a datastore's free space must not use it up.
const datastoreBytes = int64(1) << 50

type ready struct {
	URL        string          `json:"url"`
	Datastores []datastoreInfo `json:"datastores"`
}

type datastoreInfo struct {
	ID         string `json:"id"`
	Name       string `json:"name"`
	Datacenter string `json:"datacenter"`
	// Reference to the data centre.
	DatacenterID string `json:"datacenterId"`
	Directory    string `json:"directory"`
}

func main() {
	vpx, esx := simulator.VPX(), simulator.ESX()
	kind := flag.String("model", "vpx", "vpx (a vCenter) or esx (a single host)")
	user := flag.String("user", "user", "who may log in")
	password := flag.String("password", "pass", "with what")
	verbose := flag.Bool("verbose", false, "say on standard error what the simulator does")
	flag.IntVar(&vpx.Datacenter, "datacenters", vpx.Datacenter, "data centres of a vCenter")
	flag.IntVar(&vpx.Host, "hosts", vpx.Host, "hosts outside clusters, in each data centre")
	flag.IntVar(&vpx.Cluster, "clusters", vpx.Cluster, "clusters in each data centre")
	flag.IntVar(&vpx.ClusterHost, "cluster-hosts", vpx.ClusterHost, "hosts in each cluster")
	flag.IntVar(&vpx.Datastore, "datastores", vpx.Datastore, "datastores in each data centre")
	flag.Parse()

	model := vpx
	if *kind == "esx" {
		esx.Datastore = vpx.Datastore
		model = esx
	} else if *kind != "vpx" {
		fail(fmt.Errorf("unknown model %q", *kind))
	}
	model.Machine = 0
	model.Autostart = false
	if !*verbose {
		log.SetOutput(io.Discard)
	}

	directory, err := os.MkdirTemp("", "edgeboot-vcenter-")
	if err != nil {
		fail(err)
	}
	stop := func(code int) {
		_ = os.RemoveAll(directory)
		os.Exit(code)
	}
	go func() {
		signals := make(chan os.Signal, 1)
		signal.Notify(signals, syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP)
		<-signals
		stop(0)
	}()
	// The simulator asks for temporary directories for its datastores.
	if err = os.Setenv("TMPDIR", directory); err == nil {
		err = model.Create()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "simulator:", err)
		stop(1)
	}
	datastores := enlargeDatastores()
	simulator.Map.AddHandler(&macAddresses{})

	model.Service.Listen = &url.URL{Host: "127.0.0.1:0", User: url.UserPassword(*user, *password)}
	model.Service.ServeMux = http.NewServeMux()
	handleLab(model.Service.ServeMux)
	server := model.Service.NewServer()

	line, _ := json.Marshal(ready{URL: "http://" + server.URL.Host, Datastores: datastores})
	fmt.Println(string(line))
	_, _ = io.Copy(io.Discard, os.Stdin)
	stop(0)
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, "simulator:", err)
	os.Exit(1)
}

// enlargeDatastores gives every datastore plenty of space and says where its files are.
func enlargeDatastores() []datastoreInfo {
	found := []datastoreInfo{}
	for _, entity := range simulator.Map.All("Datastore") {
		datastore := entity.(*simulator.Datastore)
		info := datastore.Info.GetDatastoreInfo()
		datastore.Summary.Capacity = datastoreBytes
		datastore.Summary.FreeSpace = datastoreBytes
		info.FreeSpace = datastoreBytes
		datacenter := datacenterOf(datastore)
		found = append(found, datastoreInfo{
			ID:           datastore.Self.Value,
			Name:         datastore.Name,
			Datacenter:   datacenter.Name,
			DatacenterID: datacenter.Self.Value,
			Directory:    info.Url,
		})
	}
	return found
}

// datacenterOf returns the data centre that an entity is in.
func datacenterOf(entity mo.Entity) *mo.ManagedEntity {
	for entity.Reference().Type != "Datacenter" {
		above, ok := simulator.Map.Get(*entity.Entity().Parent).(mo.Entity)
		if !ok {
			fail(fmt.Errorf("%s is in no data centre", entity.Reference()))
		}
		entity = above
	}
	return entity.Entity()
}
