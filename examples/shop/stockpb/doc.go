// Package stockpb is the stock service's interface, made from stock.proto by
//
//	protoc --go_out=. --go-grpc_out=. --go_opt=paths=source_relative --go-grpc_opt=paths=source_relative stock.proto
package stockpb
