package redis

import (
	"context"
	"reflect"
	"time"
	"unsafe"

	"github.com/redis/go-redis/v9"
)

// go-redis takes the compiler longer than all else of most programs, for its commands are
// methods of a dozen types. So it is not compiled again: at the link, what calls one of its
// functions is led to the function here that stands in its place, has the hooks do what they do
// where they are woven in, and calls it. Receivers that this package cannot name are
// unsafe.Pointer, as are connections.

//go:linkname process github.com/redis/go-redis/v9.(*baseClient).process
func process(c unsafe.Pointer, ctx context.Context, cmd redis.Cmder) error

// Process stands for (*baseClient).process.
func Process(c unsafe.Pointer, ctx context.Context, cmd redis.Cmder) error {
	ctx, leave, after := ProcessEnter(options(c), ctx, cmd)
	if leave != nil {
		defer leave()
	}
	return after(process(c, ctx, cmd))
}

//go:linkname processStartingAt github.com/redis/go-redis/v9.(*baseClient).processStartingAt
func processStartingAt(c unsafe.Pointer, ctx context.Context, cmd redis.Cmder, attempt int, start time.Time) error

// ProcessStartingAt stands for (*baseClient).processStartingAt.
func ProcessStartingAt(c unsafe.Pointer, ctx context.Context, cmd redis.Cmder, attempt int, start time.Time) error {
	ctx, leave, after := ProcessEnter(options(c), ctx, cmd)
	if leave != nil {
		defer leave()
	}
	return after(processStartingAt(c, ctx, cmd, attempt, start))
}

//go:linkname processPipeline github.com/redis/go-redis/v9.(*baseClient).processPipeline
func processPipeline(c unsafe.Pointer, ctx context.Context, cmds []redis.Cmder) error

// Pipeline stands for (*baseClient).processPipeline.
func Pipeline(c unsafe.Pointer, ctx context.Context, cmds []redis.Cmder) error {
	ctx, leave, after := PipelineEnter(options(c), ctx, cmds)
	if leave != nil {
		defer leave()
	}
	return after(processPipeline(c, ctx, cmds))
}

//go:linkname processTxPipeline github.com/redis/go-redis/v9.(*baseClient).processTxPipeline
func processTxPipeline(c unsafe.Pointer, ctx context.Context, cmds []redis.Cmder) error

// TxPipeline stands for (*baseClient).processTxPipeline.
func TxPipeline(c unsafe.Pointer, ctx context.Context, cmds []redis.Cmder) error {
	ctx, leave, after := TxPipelineEnter(options(c), ctx, cmds)
	if leave != nil {
		defer leave()
	}
	return after(processTxPipeline(c, ctx, cmds))
}

//go:linkname clusterProcess github.com/redis/go-redis/v9.(*ClusterClient).process
func clusterProcess(c unsafe.Pointer, ctx context.Context, cmd redis.Cmder) error

// ClusterProcess stands for (*ClusterClient).process.
func ClusterProcess(c unsafe.Pointer, ctx context.Context, cmd redis.Cmder) error {
	ctx, leave, after := RouteEnter(ctx, cmd)
	if leave != nil {
		defer leave()
	}
	return after(clusterProcess(c, ctx, cmd))
}

//go:linkname clusterPipeline github.com/redis/go-redis/v9.(*ClusterClient).processPipeline
func clusterPipeline(c unsafe.Pointer, ctx context.Context, cmds []redis.Cmder) error

// ClusterPipeline stands for (*ClusterClient).processPipeline.
func ClusterPipeline(c unsafe.Pointer, ctx context.Context, cmds []redis.Cmder) error {
	leave, after := RoutePipelineEnter(ctx, cmds)
	if leave != nil {
		defer leave()
	}
	return after(clusterPipeline(c, ctx, cmds))
}

//go:linkname clusterTxPipeline github.com/redis/go-redis/v9.(*ClusterClient).processTxPipeline
func clusterTxPipeline(c unsafe.Pointer, ctx context.Context, cmds []redis.Cmder) error

// ClusterTxPipeline stands for (*ClusterClient).processTxPipeline.
func ClusterTxPipeline(c unsafe.Pointer, ctx context.Context, cmds []redis.Cmder) error {
	leave, after := RouteTxPipelineEnter(ctx, cmds)
	if leave != nil {
		defer leave()
	}
	return after(clusterTxPipeline(c, ctx, cmds))
}

//go:linkname ringProcess github.com/redis/go-redis/v9.(*Ring).process
func ringProcess(c unsafe.Pointer, ctx context.Context, cmd redis.Cmder) error

// RingProcess stands for (*Ring).process.
func RingProcess(c unsafe.Pointer, ctx context.Context, cmd redis.Cmder) error {
	ctx, leave, after := RouteEnter(ctx, cmd)
	if leave != nil {
		defer leave()
	}
	return after(ringProcess(c, ctx, cmd))
}

//go:linkname ringPipeline github.com/redis/go-redis/v9.(*Ring).generalProcessPipeline
func ringPipeline(c unsafe.Pointer, ctx context.Context, cmds []redis.Cmder, tx bool) error

// RingPipeline stands for (*Ring).generalProcessPipeline.
func RingPipeline(c unsafe.Pointer, ctx context.Context, cmds []redis.Cmder, tx bool) error {
	leave, after := RingPipelineEnter(ctx, cmds, tx)
	if leave != nil {
		defer leave()
	}
	return after(ringPipeline(c, ctx, cmds, tx))
}

// ---- what the library asks for on its own

//go:linkname initConn github.com/redis/go-redis/v9.(*baseClient).initConn
func initConn(c unsafe.Pointer, ctx context.Context, cn unsafe.Pointer) error

// InitConn stands for (*baseClient).initConn.
func InitConn(c unsafe.Pointer, ctx context.Context, cn unsafe.Pointer) error {
	return initConn(c, OwnEnter(ctx), cn)
}

//go:linkname loadState github.com/redis/go-redis/v9.(*ClusterClient).loadState
func loadState(c unsafe.Pointer, ctx context.Context) (unsafe.Pointer, error)

// LoadState stands for (*ClusterClient).loadState.
func LoadState(c unsafe.Pointer, ctx context.Context) (unsafe.Pointer, error) {
	return loadState(c, OwnEnter(ctx))
}

//go:linkname clusterCommands github.com/redis/go-redis/v9.(*ClusterClient).cmdsInfo
func clusterCommands(c unsafe.Pointer, ctx context.Context) (map[string]*redis.CommandInfo, error)

// ClusterCommands stands for (*ClusterClient).cmdsInfo.
func ClusterCommands(c unsafe.Pointer, ctx context.Context) (map[string]*redis.CommandInfo, error) {
	return clusterCommands(c, OwnEnter(ctx))
}

//go:linkname ringCommands github.com/redis/go-redis/v9.(*Ring).cmdsInfo
func ringCommands(c unsafe.Pointer, ctx context.Context) (map[string]*redis.CommandInfo, error)

// RingCommands stands for (*Ring).cmdsInfo.
func RingCommands(c unsafe.Pointer, ctx context.Context) (map[string]*redis.CommandInfo, error) {
	return ringCommands(c, OwnEnter(ctx))
}

//go:linkname heartbeat github.com/redis/go-redis/v9.(*ringSharding).Heartbeat
func heartbeat(c unsafe.Pointer, ctx context.Context, frequency time.Duration)

// Heartbeat stands for (*ringSharding).Heartbeat.
func Heartbeat(c unsafe.Pointer, ctx context.Context, frequency time.Duration) {
	heartbeat(c, OwnEnter(ctx), frequency)
}

//go:linkname updateLatency github.com/redis/go-redis/v9.(*clusterNode).updateLatency
func updateLatency(n unsafe.Pointer)

// UpdateLatency stands for (*clusterNode).updateLatency.
func UpdateLatency(n unsafe.Pointer) {
	OwnGoroutineEnter()
	updateLatency(n)
}

//go:linkname masterAddr github.com/redis/go-redis/v9.(*sentinelFailover).MasterAddr
func masterAddr(c unsafe.Pointer, ctx context.Context) (string, error)

// MasterAddr stands for (*sentinelFailover).MasterAddr.
func MasterAddr(c unsafe.Pointer, ctx context.Context) (string, error) {
	return masterAddr(c, OwnEnter(ctx))
}

//go:linkname replicaAddrs github.com/redis/go-redis/v9.(*sentinelFailover).replicaAddrs
func replicaAddrs(c unsafe.Pointer, ctx context.Context, useDisconnected bool) ([]string, error)

// ReplicaAddrs stands for (*sentinelFailover).replicaAddrs.
func ReplicaAddrs(c unsafe.Pointer, ctx context.Context, useDisconnected bool) ([]string, error) {
	return replicaAddrs(c, OwnEnter(ctx), useDisconnected)
}

//go:linkname discoverSentinels github.com/redis/go-redis/v9.(*sentinelFailover).discoverSentinels
func discoverSentinels(c unsafe.Pointer, ctx context.Context)

// DiscoverSentinels stands for (*sentinelFailover).discoverSentinels.
func DiscoverSentinels(c unsafe.Pointer, ctx context.Context) { discoverSentinels(c, OwnEnter(ctx)) }

// ---- connections and pools

//go:linkname releaseConn github.com/redis/go-redis/v9.(*baseClient).releaseConn
func releaseConn(c unsafe.Pointer, ctx context.Context, cn unsafe.Pointer, err error)

// ReleaseConn stands for (*baseClient).releaseConn.
func ReleaseConn(c unsafe.Pointer, ctx context.Context, cn unsafe.Pointer, err error) {
	released(ctx, cn)
	releaseConn(c, ctx, cn, err)
}

//go:linkname pipelineProcessCmds github.com/redis/go-redis/v9.(*baseClient).pipelineProcessCmds
func pipelineProcessCmds(c unsafe.Pointer, ctx context.Context, cn unsafe.Pointer, cmds []redis.Cmder) (bool, error)

// PipelineCommands stands for (*baseClient).pipelineProcessCmds.
func PipelineCommands(c unsafe.Pointer, ctx context.Context, cn unsafe.Pointer, cmds []redis.Cmder) (bool, error) {
	released(ctx, cn)
	return pipelineProcessCmds(c, ctx, cn, cmds)
}

//go:linkname txPipelineProcessCmds github.com/redis/go-redis/v9.(*baseClient).txPipelineProcessCmds
func txPipelineProcessCmds(c unsafe.Pointer, ctx context.Context, cn unsafe.Pointer, cmds []redis.Cmder) (bool, error)

// TxPipelineCommands stands for (*baseClient).txPipelineProcessCmds.
func TxPipelineCommands(c unsafe.Pointer, ctx context.Context, cn unsafe.Pointer, cmds []redis.Cmder) (bool, error) {
	released(ctx, cn)
	return txPipelineProcessCmds(c, ctx, cn, cmds)
}

// NewClient stands for the library's NewClient, wherever the program calls it.
func NewClient(opt *redis.Options) *redis.Client { return newClient(redis.NewClient(opt)) }

// NewFailoverClient stands for the library's NewFailoverClient.
func NewFailoverClient(opt *redis.FailoverOptions) *redis.Client {
	return NewFailoverClientEnter(opt)(redis.NewFailoverClient(opt))
}

// ---- what is not exported of the library

// optionsAt is where a *baseClient has its options, and connection the type of a *pool.Conn.
var (
	optionsAt  = offsetOfOptions()
	connection = typeOfConnection()
)

// offsetOfOptions returns -1 where there are none as we know them.
func offsetOfOptions() int {
	client, _ := reflect.TypeFor[redis.Client]().FieldByName("baseClient")
	if client.Type == nil || client.Type.Kind() != reflect.Pointer || client.Type.Elem().Kind() != reflect.Struct {
		return -1
	}
	opt, ok := client.Type.Elem().FieldByName("opt")
	if !ok || opt.Type != reflect.TypeFor[*redis.Options]() || len(opt.Index) != 1 {
		return -1
	}
	return int(opt.Offset)
}

// typeOfConnection returns nil where there is none as we know it.
func typeOfConnection() reflect.Type {
	cn, ok := reflect.TypeFor[redis.PubSub]().FieldByName("cn")
	if !ok || cn.Type.Kind() != reflect.Pointer {
		return nil
	}
	return cn.Type.Elem()
}

// options returns the options of a *baseClient, nil if they are not to be found.
func options(c unsafe.Pointer) any {
	if optionsAt < 0 || c == nil {
		return nil
	}
	return *(**redis.Options)(unsafe.Add(c, optionsAt))
}

// released tells that a *pool.Conn was used for what ctx is of.
func released(ctx context.Context, cn unsafe.Pointer) {
	if library.Records() {
		used(ctx, cn)
	}
}

//go:noinline
func used(ctx context.Context, cn unsafe.Pointer) {
	if library.On() && connection != nil && cn != nil && library.Tells(ctx) {
		library.Used(ctx, reflect.NewAt(connection, cn).Interface())
	}
}
