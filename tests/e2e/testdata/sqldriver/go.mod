module example.com/sqldriver

go 1.24
