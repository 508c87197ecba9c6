package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"reflect"
	"sync"
	"time"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/types"
)

// taskRequest asks for a task that does nothing but take its time and end.
type taskRequest struct {
	Entity types.ManagedObjectReference `json:"entity"`
	Name   string                       `json:"name"`
	// Milliseconds until it ends, the progress steps spread over them.
	DelayMs  int     `json:"delayMs"`
	Progress []int32 `json:"progress"`
	// A text, or a reference to an object; neither for none.
	Result    *string                       `json:"result"`
	Reference *types.ManagedObjectReference `json:"reference"`
	Fault     *faultRequest                 `json:"fault"`
}

// faultRequest is a fault by the name of its type in the API.
type faultRequest struct {
	Type       string          `json:"type"`
	Message    string          `json:"message"`
	Properties json.RawMessage `json:"properties"`
}

type taskReference struct {
	Task string `json:"task"`
}

// running has a channel for every task that can still be cancelled; closing it does so.
var running = struct {
	sync.Mutex
	cancel map[string]chan struct{}
}{cancel: map[string]chan struct{}{}}

// handleLab adds:
//
//	POST /lab/tasks         a taskRequest, answered with its taskReference
//	POST /lab/tasks/cancel  a taskReference; 409 when the task is over
//	POST /lab/datastores    the free space of a datastore
func handleLab(mux *http.ServeMux) {
	mux.HandleFunc("/lab/tasks", func(w http.ResponseWriter, r *http.Request) {
		var request taskRequest
		if err := json.NewDecoder(r.Body).Decode(&request); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		task, err := startTask(request)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		_ = json.NewEncoder(w).Encode(taskReference{task})
	})
	mux.HandleFunc("/lab/tasks/cancel", func(w http.ResponseWriter, r *http.Request) {
		var request taskReference
		if err := json.NewDecoder(r.Body).Decode(&request); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		if !cancelTask(request.Task) {
			http.Error(w, "it is over", http.StatusConflict)
		}
	})
	mux.HandleFunc("/lab/datastores", func(w http.ResponseWriter, r *http.Request) {
		var request struct {
			ID        string `json:"id"`
			FreeSpace int64  `json:"freeSpace"`
		}
		if err := json.NewDecoder(r.Body).Decode(&request); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		reference := types.ManagedObjectReference{Type: "Datastore", Value: request.ID}
		datastore, ok := simulator.Map.Get(reference).(*simulator.Datastore)
		if !ok {
			http.NotFound(w, r)
			return
		}
		simulator.Map.WithLock(datastore, func() {
			datastore.Info.GetDatastoreInfo().FreeSpace = request.FreeSpace
			simulator.Map.Update(datastore, []types.PropertyChange{
				{Name: "summary.freeSpace", Val: request.FreeSpace},
			})
		})
	})
}

// startTask returns the id of a new task. One without a delay is over at once.
func startTask(request taskRequest) (string, error) {
	end := taskEnd{state: types.TaskInfoStateSuccess}
	if request.Result != nil {
		end.result = *request.Result
	}
	if request.Reference != nil {
		end.result = *request.Reference
	}
	if request.Fault != nil {
		fault, err := decodeFault(*request.Fault)
		if err != nil {
			return "", err
		}
		end = taskEnd{state: types.TaskInfoStateError, fault: fault}
	}
	task := simulator.CreateTask(request.Entity, request.Name, nil)
	update(task, types.PropertyChange{Name: "info.startTime", Val: time.Now()},
		types.PropertyChange{Name: "info.state", Val: types.TaskInfoStateRunning},
		types.PropertyChange{Name: "info.cancelable", Val: request.DelayMs > 0})
	if request.DelayMs <= 0 {
		end.apply(task)
		return task.Self.Value, nil
	}
	cancelled := make(chan struct{})
	running.Lock()
	running.cancel[task.Self.Value] = cancelled
	running.Unlock()
	go run(task, request, end, cancelled)
	return task.Self.Value, nil
}

// run takes the task's time, tells its progress, and ends it.
func run(task *simulator.Task, request taskRequest, end taskEnd, cancelled chan struct{}) {
	steps := append([]int32{}, request.Progress...)
	pause := time.Duration(request.DelayMs) * time.Millisecond / time.Duration(len(steps)+1)
	for {
		select {
		case <-cancelled:
			fault := &types.LocalizedMethodFault{Fault: &types.RequestCanceled{}, LocalizedMessage: "cancelled"}
			taskEnd{state: types.TaskInfoStateError, fault: fault}.apply(task)
			return
		case <-time.After(pause):
		}
		if len(steps) == 0 {
			// From here on it cannot be cancelled any more.
			if cancelTask(task.Self.Value) {
				end.apply(task)
				return
			}
			continue
		}
		update(task, types.PropertyChange{Name: "info.progress", Val: steps[0]})
		steps = steps[1:]
	}
}

// cancelTask is true for the one who ended it.
func cancelTask(id string) bool {
	running.Lock()
	defer running.Unlock()
	cancelled, ok := running.cancel[id]
	if ok {
		close(cancelled)
		delete(running.cancel, id)
	}
	return ok
}

type taskEnd struct {
	state  types.TaskInfoState
	result types.AnyType
	fault  *types.LocalizedMethodFault
}

func (end taskEnd) apply(task *simulator.Task) {
	changes := []types.PropertyChange{
		{Name: "info.completeTime", Val: time.Now()},
		{Name: "info.state", Val: end.state},
	}
	if end.result != nil {
		changes = append(changes, types.PropertyChange{Name: "info.result", Val: end.result})
	}
	if end.fault != nil {
		changes = append(changes, types.PropertyChange{Name: "info.error", Val: *end.fault})
	}
	update(task, changes...)
}

// update changes a task under the lock that property collectors read it under.
func update(task *simulator.Task, changes ...types.PropertyChange) {
	simulator.Map.WithLock(task, func() { simulator.Map.Update(task, changes) })
}

func decodeFault(request faultRequest) (*types.LocalizedMethodFault, error) {
	kind, ok := types.TypeFunc()(request.Type)
	if !ok {
		return nil, fmt.Errorf("unknown fault %q", request.Type)
	}
	value := reflect.New(kind)
	if len(request.Properties) > 0 {
		if err := json.Unmarshal(request.Properties, value.Interface()); err != nil {
			return nil, err
		}
	}
	fault, ok := value.Interface().(types.BaseMethodFault)
	if !ok {
		return nil, fmt.Errorf("%q is no fault", request.Type)
	}
	message := request.Message
	if message == "" {
		message = request.Type
	}
	return &types.LocalizedMethodFault{Fault: fault, LocalizedMessage: message}, nil
}
