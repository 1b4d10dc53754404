# complete.zsh FILE LINE - print what zsh completes LINE by, with the completions in FILE: a line
# HIT:WORD: for each. A second zsh, in a terminal of its own, is typed to.
zmodload zsh/zpty
zpty z zsh -f -i
zpty -w z "PS1=; autoload -U compinit; compinit -u -d $1.dump; source $1"
zpty -w z 'compadd() { if [[ ${@[1,(i)(-|--)]} == *-(O|A|D)\ * ]]; then builtin compadd "$@"; return $?; fi; local -a hits; builtin compadd -A hits "$@"; local h; for h in $hits; do print -r -- "HIT:$h:"; done; return 1 }'
zpty -w z 'bindkey "^I" complete-word; comppostfuncs=(over); over() { print -r "THE""END"; exit }; print REA""DY'
zpty -r z out '*READY*'
zpty -n -w z "$2"$'\t'
zpty -r -m z out '*THEEND*' 
print -r -- "$out" | grep -o 'HIT:[^:]*:' | sort -u
