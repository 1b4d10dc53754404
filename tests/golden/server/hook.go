package hooks

import "net/http"

func Enter(rw http.ResponseWriter, req *http.Request) (leave func()) { return nil }
