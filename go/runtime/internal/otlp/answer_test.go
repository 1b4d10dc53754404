package otlp

import (
	"encoding/json"
	"testing"
)

var answers = []string{
	`{}`, ``, `null`, `[]`, `"x"`, `{"message":"down"}`, ` { "code" : 3 , "message" : "a b" } `,
	`{"details":[{"message":"no"},"]}",{"a":{}}],"message":"q\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00é"}`,
	`{"message":"\ud83d"}`, `{"message":"\ud83dx"}`, `{"message":"\ud83d\u0041"}`, `{"message":null}`,
	`{"partialSuccess":{"rejectedSpans":"12","errorMessage":"full"}}`, `{"mess\u0061ge":"x"}`,
	`{"partialSuccess":{"rejectedLogRecords":7,"other":{"errorMessage":"no"}},"errorMessage":"no"}`,
	`{"partialSuccess":{"errorMessage":"warned"}}`, `{"partialSuccess":null}`, "{\"message\":\"\xff\"}",
	`{"message":"one","message":"two"}`, `{"message":"\ud83d\ud83d\ude00"}`,
}

// What is JSON is read as encoding/json reads it.
func TestAnswers(t *testing.T) {
	for _, a := range answers {
		checkAnswer(t, []byte(a))
	}
}

func FuzzAnswers(f *testing.F) {
	for _, a := range append(answers, `{`, `{"message`, `{"message":"\u12`, `{"message":"\`, `{"a":[[[[`, `{"a" "b"}`, `{:}`) {
		f.Add([]byte(a))
	}
	f.Fuzz(func(t *testing.T, body []byte) { checkAnswer(t, body) })
}

func checkAnswer(t *testing.T, body []byte) {
	t.Helper()
	message, p := statusMessageJSON(body), partialSuccessJSON(body)
	if len(message) > 3*len(body) || len(p.message) > 3*len(body) {
		t.Fatalf("%q: more than the answer: %q, %q", body, message, p.message)
	}
	// Of members of one name encoding/json merges objects, and takes names without regard
	// to case; a number that is none of 64 bits is an error to it.
	var members map[string]json.RawMessage
	if json.Unmarshal(body, &members) != nil {
		return
	}
	var want string
	_ = json.Unmarshal(members["message"], &want)
	if message != want {
		t.Errorf("%q: message %q, want %q", body, message, want)
	}
	var inner map[string]json.RawMessage
	if json.Unmarshal(members["partialSuccess"], &inner) != nil {
		return
	}
	want = ""
	_ = json.Unmarshal(inner["errorMessage"], &want)
	if p.message != want {
		t.Errorf("%q: partial success says %q, want %q", body, p.message, want)
	}
}
