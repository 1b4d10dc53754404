module example.com/get

go 1.24
