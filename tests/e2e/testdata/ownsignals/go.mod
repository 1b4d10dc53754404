module example.com/ownsignals

go 1.24
