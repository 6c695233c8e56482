# The tasks of a contributor. CONTRIBUTING.md names each; ProjectFilesTest compares the two.

MVN ?= $(shell command -v mvn || echo ./mvnw)
MAVEN = $(MVN) -B -ntp
JMH = java -cp "pepper-bench/target/classes:pepper-bench/target/lib/*" org.openjdk.jmh.Main

COMPARE = java -cp "pepper-bench/target/classes:pepper-bench/target/lib/*" io.pepper.bench.compare.BenchCompare
FIGURES = pepper-bench/figures.json
# The data sets of the predictors that come with the library.
DATA = pepper-predict/src/test/resources
# What is measured unless BENCH says otherwise: planning, opening and knowing a model.
BENCH ?= PlannerBenchmark OpenBenchmark CharacteristicsBenchmark

.DEFAULT_GOAL := help

help: ## Print this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-16s %s\n", $$1, $$2 }' Makefile

build: ## Compile everything with all static checks, and package it
	$(MAVEN) package -DskipTests

test: ## Run all checks and tests
	$(MAVEN) verify

test-fast: ## Run the tests of pepper-core
	$(MAVEN) -pl pepper-core test

test-one: ## Run the tests that TEST names: make test-one TEST='SplitTest,PlannerTest#latency*'
	$(MAVEN) test -Dtest='$(or $(TEST),$(error TEST names no test))' -Dsurefire.failIfNoSpecifiedTests=false

format: ## Format all Java sources
	$(MAVEN) -q spotless:apply

docs: ## Make the Javadoc of all modules as one site: target/reports/apidocs
	$(MAVEN) -Papidocs package -DskipTests

pictures: ## Draw docs/pictures anew from the .dot files, with Graphviz
	for f in docs/pictures/*.dot; do dot -Tsvg "$$f" -o "$${f%.dot}.svg"; done

demo: ## Measure, plan, cut and verify a real text recogniser
	examples/pepper demo

conformance: ## Run the models of Debian's libonnx-testdata
	$(MAVEN) -Pconformance -pl pepper-core,pepper-onnx -am test -Dtest=ConformanceTest -Dsurefire.failIfNoSpecifiedTests=false

cluster: ## Kill, stop and add nodes of a cluster under 10,000 requests
	$(MAVEN) -Pcluster -pl examples -am test -Dtest='FlowProcessesTest,NetworkPartitionTest' -Dsurefire.failIfNoSpecifiedTests=false

models: ## Run all tests, and those on the models of docs/models.md in the directory MODELS
	$(MAVEN) verify -Pmodels -Dpepper.models='$(or $(MODELS),$(error MODELS names no directory))'

large: ## Run all tests, and those that divide models of 2 to 12 GB
	$(MAVEN) verify -Plarge

soak: ## Run the long forms of the tests that look for leaks and lost requests, with JNI checks
	$(MAVEN) test -Dtest='PartitionedSessionTest,SoakTest' -Dsurefire.failIfNoSpecifiedTests=false \
	  -Dpepper.leak.runs=100000 -Dpepper.soak.rounds=1000 -Dpepper.test.jvm.args=-Xcheck:jni

consumers: ## Build the applications in examples/consumers with the modules as a user gets them
	$(MAVEN) -Pconsumers -pl examples -am -DskipTests verify

fuzz: ## Look for inputs that break a reader: make fuzz READER='io.pepper.export.ReadersFuzzTest#model'
	JAZZER_FUZZ=1 $(MAVEN) test -Dtest='$(or $(READER),$(error READER names no fuzz test))' -Dsurefire.failIfNoSpecifiedTests=false

coverage: ## Measure which lines and branches the tests reach: target/site/jacoco in each module
	$(MAVEN) -Pcoverage verify

bench: ## Run benchmarks: make bench BENCH=OpenBenchmark JMH_ARGS='-f 1 -i 3'
	$(MAVEN) -q -pl pepper-bench -am package -DskipTests
	$(JMH) $(BENCH) $(JMH_ARGS)

bench-compare: ## Compare benchmarks with the commit BASE in one run; without BASE, with the recorded figures
ifdef BASE
	pepper-bench/compare/commits.sh $(BASE) $(BENCH) $(JMH_ARGS)
else
	$(MAVEN) -q -pl pepper-bench -am package -DskipTests
	$(COMPARE) figures . $(FIGURES) $(BENCH) $(JMH_ARGS)
endif

bench-figures: ## Record the figures of benchmarks on this machine in pepper-bench/figures.json
	$(MAVEN) -q -pl pepper-bench -am package -DskipTests
	$(COMPARE) record . $(FIGURES) $(BENCH) $(JMH_ARGS)

starters: ## Make the predictors that come with the library again, from the data sets of boards and of the campaign
	$(MAVEN) -q -pl pepper-bench -am package -DskipTests
	java -cp 'pepper-bench/target/classes:pepper-bench/target/lib/*' io.pepper.bench.StarterFiles $(DATA)/boards/boards.csv.gz \
	  $(DATA)/latencies-two-cores.csv.gz pepper-predict/src/main/resources/io/pepper/predict/starter

release-check: ## Make what a release is made of: sources, Javadoc, SBOM, licences
	$(MAVEN) -Prelease,apidocs verify -DskipTests

ci: ## Run what continuous integration runs (Debian; installs what it needs)
	.ci/run

.PHONY: help build test test-fast test-one format docs pictures demo conformance cluster models large soak consumers fuzz coverage bench bench-compare bench-figures starters release-check ci
