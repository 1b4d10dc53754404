module example.com/ownsdk

go 1.24
