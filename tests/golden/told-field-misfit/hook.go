package hooks

func Typed(opt int) {}

func Run(opt any) {}
