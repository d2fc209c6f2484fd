package dev.ferry.house;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaPackage;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.Location;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.library.GeneralCodingRules;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/**
 * The walls between packages that Maven's modules do not build, and words we do not use. The rules are explained in
 * CONTRIBUTING.md; each one here says why it stands.
 */
final class HouseRulesTest {
    /** A rule over no classes holds always: these many there were when this was written, and they do not get fewer. */
    private static final Map<String, Integer> AT_LEAST = Map.of(
            "dev.ferry.runtime", 120,
            "dev.ferry.profiles", 5,
            "dev.ferry.store", 20,
            "dev.ferry.criu", 30,
            "dev.ferry.api", 60,
            "dev.ferry.engine", 40,
            "dev.ferry.cli", 20);

    private static final JavaClasses CLASSES =
            new ClassFileImporter().withImportOption(HouseRulesTest::isProduct).importPackages("dev.ferry");

    private static boolean isProduct(Location location) {
        return !location.contains("/test-classes/")
                && !location.contains("-tests.jar")
                && !location.contains("/generated-test-sources/")
                && !location.contains("/jmh_generated/");
    }

    private static void hold(ArchRule rule) {
        rule.check(CLASSES);
    }

    @Test
    void allModulesAreSeen() {
        Map<String, Long> seen = new TreeMap<>(
                CLASSES.stream().collect(Collectors.groupingBy(HouseRulesTest::module, Collectors.counting())));
        assertThat(AT_LEAST)
                .allSatisfy((module, least) -> assertThat(seen.getOrDefault(module, 0L))
                        .as("classes of %s among %s", module, seen)
                        .isGreaterThanOrEqualTo(least));
    }

    private static String module(JavaClass type) {
        String[] parts = type.getPackageName().split("\\.", 4);
        return String.join(".", parts[0], parts[1], parts.length > 2 ? parts[2] : "");
    }

    /** A cycle of packages is one package with two names. */
    @Test
    void packagesHaveNoCycles() {
        hold(slices().matching("dev.ferry.(**)").should().beFreeOfCycles());
    }

    /** Native code is reached at two places, which a reviewer can read in an afternoon. */
    @Test
    void onlyTwoClassesLinkLibraries() {
        hold(noClasses()
                .that()
                .haveNameNotMatching("dev\\.ferry\\.runtime\\.(linux\\.Libc|seccomp\\.LibSeccomp)(\\$\\w+)?")
                .should()
                .dependOnClassesThat()
                .haveFullyQualifiedName("java.lang.foreign.Linker")
                .orShould()
                .dependOnClassesThat()
                .haveFullyQualifiedName("java.lang.foreign.SymbolLookup"));
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
        mayKnow(r + "oci");
        mayKnow(r + "spawn", r + "linux", r + "linux.abi");
        mayKnow(r + "terminal", r + "linux", r + "linux.abi");
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
        hold(noClasses()
                .that()
                .resideInAPackage(name)
                .should()
                .dependOnClassesThat(resideInAnyPackage("dev.ferry..")
                        .and(not(resideInAnyPackage(others)))
                        .and(not(resideInAnyPackage(name))))
                .allowEmptyShould(true));
    }

    /** The journal's implementation brings native libraries of its own: one package may name it, and none does yet. */
    @Test
    void nobodyNamesTheJournalsImplementation() {
        hold(noClasses()
                .that()
                .resideOutsideOfPackage("..journal.chronicle..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("net.openhft.."));
    }

    /** Another HTTP server must be a change of one package. */
    @Test
    void onlyTheHttpPackageKnowsTheHttpServer() {
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
        hold(noClasses()
                .that()
                .resideOutsideOfPackages("dev.ferry.cli.render..", "dev.ferry.bench..")
                .and()
                .doNotHaveFullyQualifiedName("dev.ferry.engine.app.EngineMain")
                .should(GeneralCodingRules.ACCESS_STANDARD_STREAMS));
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
