/** Shells that `heddle completion` knows. */
export const shells = ["bash", "zsh", "fish"] as const;
export type Shell = (typeof shells)[number];

/**
 * Each script asks the hidden `heddle __complete -- <words up to the cursor>` for lines of candidate, tab and
 * description.
 */
export const scripts: Readonly<Record<Shell, string>> = {
  // Words are cut at blanks by hand: bash would cut them at "=" and ":" as well, and then wants only what is behind.
  bash: `# bash completion for heddle; load it by: source <(heddle completion bash)
_heddle() {
  local line="\${COMP_LINE:0:COMP_POINT}" words current behind candidate
  read -ra words <<<"$line"
  [[ "$line" == *[[:space:]] ]] && words+=("")
  current="\${words[\${#words[@]}-1]}"
  behind="\${current##*[=:]}"
  COMPREPLY=()
  while IFS=$'\\t' read -r candidate _; do
    [[ -n "$candidate" ]] && COMPREPLY+=("\${candidate#"\${current%"$behind"}"}")
  done < <("\${words[0]}" __complete -- "\${words[@]:1}" 2>/dev/null)
  [[ \${#COMPREPLY[@]} == 1 && "\${COMPREPLY[0]}" == *[=/] ]] && compopt -o nospace
  return 0
}
complete -o default -F _heddle heddle
`,
  zsh: `#compdef heddle
# zsh completion for heddle; load it by: source <(heddle completion zsh)
_heddle() {
  local -a candidates
  local line
  for line in "\${(@f)$("\${words[1]}" __complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)}"; do
    [[ -n "$line" ]] && candidates+=("\${\${line//:/\\\\:}/$'\\t'/:}")
  done
  if (( \${#candidates} )); then
    _describe -V 'heddle' candidates
  else
    _files
  fi
}
compdef _heddle heddle
`,
  fish: `# fish completion for heddle; load it by: heddle completion fish | source
function __heddle_complete
  set -l words (commandline -opc) (commandline -ct)
  $words[1] __complete -- $words[2..-1] 2>/dev/null
end
complete -c heddle -f -a '(__heddle_complete)'
complete -c heddle -l config -r -F
complete -c heddle -l kubeconfig -r -F
`,
};
