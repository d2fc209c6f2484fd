package dev.ferry.testing;

import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.platform.commons.support.AnnotationSupport;

/** Decides for {@link Requires}: each feature is tried once in a run, and its lack printed once. */
final class RequiresCondition implements ExecutionCondition {
    private static final Map<Feature, Boolean> PRESENT = new EnumMap<>(Feature.class);

    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
        List<Feature> missing = context.getElement()
                .flatMap(element -> AnnotationSupport.findAnnotation(element, Requires.class))
                .map(requires -> Arrays.stream(requires.value())
                        .filter(feature -> !isPresent(feature))
                        .toList())
                .orElse(List.of());
        return decide(context.getDisplayName(), missing, "true".equals(System.getenv("CI")));
    }

    static ConditionEvaluationResult decide(String test, List<Feature> missing, boolean integration) {
        if (missing.isEmpty()) {
            return ConditionEvaluationResult.enabled("nothing is missing");
        }
        String reason = missing.stream()
                .map(feature -> feature + " is missing (" + feature.remedy() + ")")
                .collect(Collectors.joining(", "));
        if (integration && missing.stream().anyMatch(Feature::isPromised)) {
            throw new AssertionError(test + " can not be skipped here, CI=true promises its features: " + reason);
        }
        return ConditionEvaluationResult.disabled(reason);
    }

    private static boolean isPresent(Feature feature) {
        synchronized (PRESENT) {
            return PRESENT.computeIfAbsent(feature, RequiresCondition::probe);
        }
    }

    private static boolean probe(Feature feature) {
        boolean present = feature.isPresent();
        if (!present) {
            System.out.println("tests are skipped: " + feature + " is missing (" + feature.remedy() + ")");
        }
        return present;
    }
}
