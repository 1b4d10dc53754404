package target

type List[T any] []T

func Sum(List[0]) {}
