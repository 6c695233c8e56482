# Sourced by the commands beside it: builds on first use and after a change, and sets root and class_path. Needs a JDK 17. Without Maven, the
# wrapper fetches it.

root=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.." && pwd)
class_path="$root/examples/target/classes:$root/examples/target/lib/*"
stamp=$root/examples/target/built

needs_build() {
  [[ ! -e $stamp ]] || [[ -n $(find "$root/pom.xml" "$root"/pepper-core/{pom.xml,src/main} \
    "$root"/pepper-onnx/{pom.xml,src/main} "$root"/pepper-predict/{pom.xml,src/main} "$root"/examples/{pom.xml,src/main} -newer "$stamp" -print -quit) ]]
}

if needs_build; then
  echo "pepper: building (once; the first time Maven fetches what it needs) ..." >&2
  # Standard output belongs to the command.
  maven=$(command -v mvn || echo "$root/mvnw")
  "$maven" -q -B -f "$root/pom.xml" -pl examples -am -DskipTests package </dev/null >&2
  touch "$stamp"
fi
