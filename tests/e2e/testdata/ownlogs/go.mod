module example.com/ownlogs

go 1.24
