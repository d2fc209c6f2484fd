package dev.ferry.house;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaPackage;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.Location;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.library.GeneralCodingRules;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/**
 * The walls between packages that Maven's modules do not build, and words we do not use. The rules are explained in
 * CONTRIBUTING.md; each one here says why it stands.
 */
final class HouseRulesTest {
    /** A rule over no classes holds always: nine tenths of what there was when this was written. Every rule looks at these. */
    private static final Map<String, Integer> AT_LEAST = Map.of(
            "dev.ferry.runtime", 210,
            "dev.ferry.profiles", 13,
            "dev.ferry.store", 84,
            "dev.ferry.network", 30,
            "dev.ferry.criu", 90,
            "dev.ferry.migration", 18,
            "dev.ferry.api", 163,
            "dev.ferry.engine", 128,
            "dev.ferry.cli", 81,
            "dev.ferry.bench", 32);

    private static final int PACKAGES_AT_LEAST = 58;

    private static final JavaClasses CLASSES =
            new ClassFileImporter().withImportOption(HouseRulesTest::isProduct).importPackages("dev.ferry");

    private static boolean isProduct(Location location) {
        return !location.contains("/test-classes/")
                && !location.contains("-tests.jar")
                && !location.contains("/generated-test-sources/")
                && !location.contains("/jmh_generated/");
    }

    private static void hold(ArchRule rule) {
        allModulesAreSeen();
        rule.check(CLASSES);
    }

    private static void allModulesAreSeen() {
        Map<String, Long> seen = new TreeMap<>(
                CLASSES.stream().collect(Collectors.groupingBy(HouseRulesTest::module, Collectors.counting())));
        assertThat(AT_LEAST)
                .allSatisfy((module, least) -> assertThat(seen.getOrDefault(module, 0L))
                        .as("classes of %s among %s", module, seen)
                        .isGreaterThanOrEqualTo(least));
    }

    /** Those who use one of some types, by the names of their outermost classes. */
    private static Set<String> usersOf(String... types) {
        allModulesAreSeen();
        Set<String> wanted = Set.of(types);
        return CLASSES.stream()
                .filter(type -> type.getDirectDependenciesFromSelf().stream()
                        .anyMatch(to -> wanted.contains(to.getTargetClass().getName())))
                .map(type -> type.getName().replaceFirst("\\$.*", ""))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static String module(JavaClass type) {
        String[] parts = type.getPackageName().split("\\.", 4);
        return String.join(".", parts[0], parts[1], parts.length > 2 ? parts[2] : "");
    }

    /** A cycle of packages is one package with two names. */
    @Test
    void packagesHaveNoCycles() {
        assertThat(CLASSES.stream().map(JavaClass::getPackageName).distinct().count())
                .isGreaterThanOrEqualTo(PACKAGES_AT_LEAST);
        hold(slices().matching("dev.ferry.(**)").should().beFreeOfCycles());
    }

    /** Native code is reached at two places, which a reviewer can read in an afternoon. */
    @Test
    void onlyTwoClassesLinkLibraries() {
        assertThat(usersOf("java.lang.foreign.Linker", "java.lang.foreign.SymbolLookup"))
                .containsExactly("dev.ferry.runtime.linux.Libc", "dev.ferry.runtime.seccomp.LibSeccomp");
    }

    /** Memory outside of the heap does not leave the packages that speak C. */
    @Test
    void nativeMemoryStaysWithTheLinkers() {
        hold(noClasses()
                .that()
                .resideOutsideOfPackages("dev.ferry.runtime.linux..", "dev.ferry.runtime.seccomp")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("java.lang.foreign.."));
    }

    /** The lowest packages, from below: each knows only those that its line names. */
    @Test
    void runtimeCoreHasADirection() {
        String r = "dev.ferry.runtime.";
        mayKnow(r + "linux.abi");
        mayKnow(r + "linux", r + "linux.abi");
        mayKnow(r + "json");
        mayKnow(r + "oci", r + "json");
        mayKnow(r + "spawn", r + "linux", r + "linux.abi");
        mayKnow(r + "cgroup", r + "linux", r + "linux.abi", r + "oci", r + "mount");
        mayKnow(r + "mount", r + "linux", r + "linux.abi", r + "oci");
        mayKnow(r + "capability", r + "linux", r + "linux.abi", r + "oci", r + "spawn");
        mayKnow(r + "seccomp", r + "linux", r + "linux.abi", r + "oci", r + "spawn");
        mayKnow(r + "namespace", r + "linux", r + "linux.abi", r + "oci", r + "spawn", r + "mount");
        hold(noClasses()
                .that()
                .resideInAPackage(r + "monitor")
                .should()
                .dependOnClassesThat()
                .resideInAPackage(r + "container"));
    }

    private static void mayKnow(String name, String... others) {
        assertThat(CLASSES.stream().filter(type -> type.getPackageName().equals(name)))
                .as("classes of %s", name)
                .hasSizeGreaterThan(1);
        hold(noClasses()
                .that()
                .resideInAPackage(name)
                .should()
                .dependOnClassesThat(resideInAnyPackage("dev.ferry..")
                        .and(not(resideInAnyPackage(others)))
                        .and(not(resideInAnyPackage(name)))));
    }

    /** The journal's implementation brings native libraries of its own: one package names it. */
    @Test
    void onlyTheJournalsPackageNamesItsImplementation() {
        hold(noClasses()
                .that()
                .resideOutsideOfPackage("dev.ferry.migration.journal.chronicle")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("net.openhft.."));
    }

    /** Another HTTP server must be a change of one package. */
    @Test
    void onlyTheHttpPackageKnowsTheHttpServer() {
        assertThat(usersOf("io.javalin.http.Context"))
                .isNotEmpty()
                .allMatch(name -> name.startsWith("dev.ferry.engine.http."));
        hold(noClasses()
                .that()
                .resideOutsideOfPackages("dev.ferry.engine.http..", "dev.ferry.engine.app..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("io.javalin..", "org.eclipse.jetty..", "jakarta.servlet.."));
    }

    /** Services are called by handlers, by the recovery at start and by tests; none of them may expect a request. */
    @Test
    void servicesDoNotKnowHttp() {
        hold(noClasses()
                .that()
                .resideInAPackage("dev.ferry.engine..")
                .and()
                .resideOutsideOfPackages("dev.ferry.engine.http..", "dev.ferry.engine.app..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("dev.ferry.engine.http..", "dev.ferry.engine.app..", "com.sun.net.httpserver.."));
    }

    /**
     * A library that prints can not be used in a program whose output is read by another one. Mains may: they say how they
     * are used, and why they could not even start.
     */
    @Test
    void onlyTheRendererPrints() {
        Set<String> mains = Set.of(
                "dev.ferry.bench.Main", "dev.ferry.engine.app.EngineMain", "dev.ferry.runtime.command.RuntimeMain");
        assertThat(mains).allSatisfy(name -> assertThat(CLASSES.contain(name)).isTrue());
        hold(noClasses()
                .that(not(belongToAny(mains)))
                .should(GeneralCodingRules.ACCESS_STANDARD_STREAMS)
                .because("the renderer opens the three descriptors itself"));
        // the demonstration's job is a container's program: its output is its work
        assertThat(usersOf("java.io.FileDescriptor"))
                .containsExactly("dev.ferry.cli.demo.LongJob", "dev.ferry.cli.render.Console");
    }

    private static DescribedPredicate<JavaClass> belongToAny(Set<String> names) {
        return DescribedPredicate.describe(
                "belong to " + names, type -> names.contains(type.getName().replaceFirst("\\$.*", "")));
    }

    /** Whoever catches must be able to tell what happened. */
    @Test
    void exceptionsHaveNamesOfTheirOwn() {
        hold(GeneralCodingRules.NO_CLASSES_SHOULD_THROW_GENERIC_EXCEPTIONS);
    }

    /** Work on virtual threads that block each other, and values that stay behind on a thread: explicit parameters instead. */
    @Test
    void noThreadLocalsAndNoChainsOfFutures() {
        hold(noClasses()
                .should()
                .dependOnClassesThat()
                .haveFullyQualifiedName("java.lang.ThreadLocal")
                .orShould()
                .dependOnClassesThat()
                .haveFullyQualifiedName("java.util.concurrent.CompletableFuture"));
    }

    /** One logging interface; the libraries' own are bound to it where the program starts. */
    @Test
    void logsGoThroughOneInterface() {
        hold(noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("java.util.logging..", "org.apache.log4j.."));
    }

    /** Null is not a value here unless a type says so. */
    @Test
    void everyPackageIsNullMarkedAndTellsItsStory() {
        allModulesAreSeen();
        assertThat(CLASSES.stream()
                        .map(JavaClass::getPackage)
                        .filter(found -> !isNullMarked(found))
                        .map(JavaPackage::getName)
                        .distinct())
                .as("packages without a package-info.java that is @NullMarked")
                .isEmpty();
    }

    private static boolean isNullMarked(JavaPackage found) {
        return found.tryGetPackageInfo()
                .map(info -> info.isAnnotatedWith(NullMarked.class))
                .orElse(false);
    }

    /** Such names say that nobody knew what the class is for. Docker's own words for its answers stay as they are. */
    @Test
    void typesAreNamedByWhatTheyAre() {
        hold(classes()
                .that()
                .resideOutsideOfPackage("dev.ferry.api.model..")
                .should()
                .haveNameNotMatching(".*[.$](\\w*(Manager|Helper|Utils?|Impl|Info|Data)|(Base|Abstract)[A-Z]\\w*)"));
        hold(noClasses().should().resideInAnyPackage("..util..", "..utils..", "..common..", "..misc..", "..impl.."));
    }
}
