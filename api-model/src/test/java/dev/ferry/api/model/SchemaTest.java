package dev.ferry.api.model;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.ferry.api.model.container.BindOptions;
import dev.ferry.api.model.container.ContainerConfig;
import dev.ferry.api.model.container.ContainerCreateResponse;
import dev.ferry.api.model.container.ContainerInspect;
import dev.ferry.api.model.container.ContainerState;
import dev.ferry.api.model.container.ContainerStats;
import dev.ferry.api.model.container.ContainerSummary;
import dev.ferry.api.model.container.ContainerTop;
import dev.ferry.api.model.container.ContainerUpdateResponse;
import dev.ferry.api.model.container.ContainerWait;
import dev.ferry.api.model.container.ContainerWaitError;
import dev.ferry.api.model.container.DeviceMapping;
import dev.ferry.api.model.container.DeviceRequest;
import dev.ferry.api.model.container.FilesystemChange;
import dev.ferry.api.model.container.Health;
import dev.ferry.api.model.container.HealthcheckResult;
import dev.ferry.api.model.container.HostConfig;
import dev.ferry.api.model.container.ImageOptions;
import dev.ferry.api.model.container.LogConfig;
import dev.ferry.api.model.container.Mount;
import dev.ferry.api.model.container.MountPoint;
import dev.ferry.api.model.container.PortSummary;
import dev.ferry.api.model.container.Resources;
import dev.ferry.api.model.container.RestartPolicy;
import dev.ferry.api.model.container.SummaryHostConfig;
import dev.ferry.api.model.container.SummaryNetworkSettings;
import dev.ferry.api.model.container.ThrottleDevice;
import dev.ferry.api.model.container.TmpfsOptions;
import dev.ferry.api.model.container.Ulimit;
import dev.ferry.api.model.container.VolumeDriverConfig;
import dev.ferry.api.model.container.VolumeOptions;
import dev.ferry.api.model.container.WeightDevice;
import dev.ferry.api.model.event.EventActor;
import dev.ferry.api.model.event.EventMessage;
import dev.ferry.api.model.exec.ExecCreateRequest;
import dev.ferry.api.model.exec.ExecInspect;
import dev.ferry.api.model.exec.ExecStartRequest;
import dev.ferry.api.model.exec.ProcessConfig;
import dev.ferry.api.model.image.ErrorDetail;
import dev.ferry.api.model.image.GraphDriver;
import dev.ferry.api.model.image.HealthConfig;
import dev.ferry.api.model.image.ImageConfig;
import dev.ferry.api.model.image.ImageDelete;
import dev.ferry.api.model.image.ImageHistory;
import dev.ferry.api.model.image.ImageInspect;
import dev.ferry.api.model.image.ImageMetadata;
import dev.ferry.api.model.image.ImageProgress;
import dev.ferry.api.model.image.ImageSummary;
import dev.ferry.api.model.image.OciDescriptor;
import dev.ferry.api.model.image.OciPlatform;
import dev.ferry.api.model.image.ProgressDetail;
import dev.ferry.api.model.image.RootFs;
import dev.ferry.api.model.network.Address;
import dev.ferry.api.model.network.EndpointIpamConfig;
import dev.ferry.api.model.network.EndpointSettings;
import dev.ferry.api.model.network.NetworkSettings;
import dev.ferry.api.model.network.NetworkingConfig;
import dev.ferry.api.model.network.PortBinding;
import dev.ferry.api.model.system.Commit;
import dev.ferry.api.model.system.FirewallBackend;
import dev.ferry.api.model.system.OciRuntime;
import dev.ferry.api.model.system.PluginNames;
import dev.ferry.api.model.system.RegistryIndex;
import dev.ferry.api.model.system.RegistryServiceConfig;
import dev.ferry.api.model.system.SwarmState;
import dev.ferry.api.model.system.SystemInfo;
import dev.ferry.api.model.system.SystemVersion;
import dev.ferry.api.model.system.VersionComponent;
import dev.ferry.api.model.system.VersionPlatform;
import dev.ferry.api.model.volume.Volume;
import dev.ferry.api.model.volume.VolumeCreateRequest;
import dev.ferry.api.model.volume.VolumeList;
import dev.ferry.api.model.volume.VolumeUsage;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every record, filled to the last field, has exactly the names and types of the published description. */
final class SchemaTest {
    /** Fields that peers write although the description has no word of them. */
    private static final Map<String, Set<String>> UNDESCRIBED = Map.of(
            "HostConfig", Set.of("KernelMemory"),
            "Resources", Set.of("KernelMemory"),
            "EventMessage", Set.of("status", "id", "from"),
            "CreateImageInfo", Set.of("stream"));

    /** Fields of parts that this engine has not: it never writes them. */
    private static final Map<String, Set<String>> NEVER_WRITTEN = Map.of(
            "SystemInfo", Set.of("DefaultAddressPools", "DiscoveredDevices", "Containerd"),
            "SwarmInfo", Set.of("Nodes", "Managers", "Cluster"),
            "ImageInspect", Set.of("Manifests"),
            "ImageSummary", Set.of("Manifests"),
            "Volume", Set.of("Status", "ClusterVolume"),
            "VolumeCreateOptions", Set.of("ClusterVolumeSpec"),
            "CreateImageInfo", Set.of("progress"),
            // Windows
            "ContainerMemoryStats", Set.of("commitbytes", "commitpeakbytes", "privateworkingset"),
            "ContainerNetworkStats", Set.of("endpoint_id", "instance_id"));

    private static final Map<String, Map<String, String>> DEFINITIONS = read();

    static Stream<Arguments> records() {
        return Stream.of(
                Arguments.of("ContainerConfig", ContainerConfig.class),
                Arguments.of("ContainerCreateResponse", ContainerCreateResponse.class),
                Arguments.of("Resources", Resources.class),
                Arguments.of("Resources.BlkioWeightDevice", WeightDevice.class),
                Arguments.of("ThrottleDevice", ThrottleDevice.class),
                Arguments.of("DeviceMapping", DeviceMapping.class),
                Arguments.of("DeviceRequest", DeviceRequest.class),
                Arguments.of("Resources.Ulimits", Ulimit.class),
                Arguments.of("HostConfig", HostConfig.class),
                Arguments.of("HostConfig.LogConfig", LogConfig.class),
                Arguments.of("RestartPolicy", RestartPolicy.class),
                Arguments.of("Mount", Mount.class),
                Arguments.of("Mount.BindOptions", BindOptions.class),
                Arguments.of("Mount.VolumeOptions", VolumeOptions.class),
                Arguments.of("Mount.VolumeOptions.DriverConfig", VolumeDriverConfig.class),
                Arguments.of("Mount.ImageOptions", ImageOptions.class),
                Arguments.of("Mount.TmpfsOptions", TmpfsOptions.class),
                Arguments.of("Volume", Volume.class),
                Arguments.of("Volume.UsageData", VolumeUsage.class),
                Arguments.of("VolumeCreateOptions", VolumeCreateRequest.class),
                Arguments.of("VolumeListResponse", VolumeList.class),
                Arguments.of("FilesystemChange", FilesystemChange.class),
                Arguments.of("Port", PortSummary.class),
                Arguments.of("MountPoint", MountPoint.class),
                Arguments.of("ContainerState", ContainerState.class),
                Arguments.of("Health", Health.class),
                Arguments.of("HealthcheckResult", HealthcheckResult.class),
                Arguments.of("ContainerInspectResponse", ContainerInspect.class),
                Arguments.of("ContainerSummary", ContainerSummary.class),
                Arguments.of("ContainerSummary.HostConfig", SummaryHostConfig.class),
                Arguments.of("ContainerSummary.NetworkSettings", SummaryNetworkSettings.class),
                Arguments.of("ContainerTopResponse", ContainerTop.class),
                Arguments.of("ContainerWaitResponse", ContainerWait.class),
                Arguments.of("ContainerWaitExitError", ContainerWaitError.class),
                Arguments.of("ContainerStatsResponse", ContainerStats.class),
                Arguments.of("ContainerCPUStats", ContainerStats.CpuUsage.class),
                Arguments.of("ContainerCPUUsage", ContainerStats.CpuTime.class),
                Arguments.of("ContainerThrottlingData", ContainerStats.Throttling.class),
                Arguments.of("ContainerMemoryStats", ContainerStats.MemoryUsage.class),
                Arguments.of("ContainerBlkioStats", ContainerStats.BlockIoUsage.class),
                Arguments.of("ContainerBlkioStatEntry", ContainerStats.BlockIoEntry.class),
                Arguments.of("ContainerPidsStats", ContainerStats.PidsUsage.class),
                Arguments.of("ContainerStorageStats", ContainerStats.StorageUsage.class),
                Arguments.of("ContainerNetworkStats", ContainerStats.NetworkUsage.class),
                Arguments.of("ContainerUpdateResponse", ContainerUpdateResponse.class),
                Arguments.of("NetworkingConfig", NetworkingConfig.class),
                Arguments.of("EndpointSettings", EndpointSettings.class),
                Arguments.of("EndpointIPAMConfig", EndpointIpamConfig.class),
                Arguments.of("NetworkSettings", NetworkSettings.class),
                Arguments.of("Address", Address.class),
                Arguments.of("PortBinding", PortBinding.class),
                Arguments.of("HealthConfig", HealthConfig.class),
                Arguments.of("ImageConfig", ImageConfig.class),
                Arguments.of("DriverData", GraphDriver.class),
                Arguments.of("OCIDescriptor", OciDescriptor.class),
                Arguments.of("OCIPlatform", OciPlatform.class),
                Arguments.of("ImageInspect.RootFS", RootFs.class),
                Arguments.of("ImageInspect.Metadata", ImageMetadata.class),
                Arguments.of("ImageInspect", ImageInspect.class),
                Arguments.of("ImageSummary", ImageSummary.class),
                Arguments.of("HistoryResponseItem", ImageHistory.class),
                Arguments.of("ImageDeleteResponseItem", ImageDelete.class),
                Arguments.of("CreateImageInfo", ImageProgress.class),
                Arguments.of("ProgressDetail", ProgressDetail.class),
                Arguments.of("ErrorDetail", ErrorDetail.class),
                Arguments.of("ExecConfig", ExecCreateRequest.class),
                Arguments.of("ExecStartConfig", ExecStartRequest.class),
                Arguments.of("ExecInspectResponse", ExecInspect.class),
                Arguments.of("ProcessConfig", ProcessConfig.class),
                Arguments.of("EventMessage", EventMessage.class),
                Arguments.of("EventActor", EventActor.class),
                Arguments.of("SystemVersion", SystemVersion.class),
                Arguments.of("SystemVersion.Platform", VersionPlatform.class),
                Arguments.of("SystemVersion.Components", VersionComponent.class),
                Arguments.of("SystemInfo", SystemInfo.class),
                Arguments.of("PluginsInfo", PluginNames.class),
                Arguments.of("RegistryServiceConfig", RegistryServiceConfig.class),
                Arguments.of("IndexInfo", RegistryIndex.class),
                Arguments.of("Runtime", OciRuntime.class),
                Arguments.of("Commit", Commit.class),
                Arguments.of("SwarmInfo", SwarmState.class),
                Arguments.of("FirewallInfo", FirewallBackend.class),
                Arguments.of("ErrorResponse", ErrorResponse.class),
                Arguments.of("IDResponse", IdResponse.class));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("records")
    void hasTheNamesAndTypesOfTheDescription(String definition, Class<?> type) throws Exception {
        Map<String, String> described = DEFINITIONS.getOrDefault(definition, Map.of());
        assertThat(described).as("definition %s", definition).isNotEmpty();
        JsonNode json = ApiJson.mapper().valueToTree(sample(type));

        Set<String> written = new TreeSet<>();
        json.fieldNames().forEachRemaining(written::add);
        written.removeAll(UNDESCRIBED.getOrDefault(definition, Set.of()));
        Set<String> expected = new TreeSet<>(described.keySet());
        expected.removeAll(NEVER_WRITTEN.getOrDefault(definition, Set.of()));
        assertThat(written).isEqualTo(expected);
        for (String name : written) {
            assertThat(hasType(json.path(name), described.getOrDefault(name, "")))
                    .as("%s.%s: %s is %s", definition, name, json.path(name), described.get(name))
                    .isTrue();
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("records")
    void readsBackWhatItWrote(String definition, Class<?> type) throws Exception {
        Object sample = sample(type);
        String text = ApiJson.mapper().writeValueAsString(sample);
        assertThat(ApiJson.mapper().readValue(text, type)).as(definition).isEqualTo(sample);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("records")
    void toleratesAbsentUnknownAndNullFields(String definition, Class<?> type) throws Exception {
        Object empty = ApiJson.mapper().readValue("{\"Nonsense\": {\"a\": [1]}}", type);
        StringBuilder nulls = new StringBuilder("{\"Nonsense\": null");
        for (String name : DEFINITIONS.getOrDefault(definition, Map.of()).keySet()) {
            nulls.append(", \"").append(name).append("\": null");
        }
        assertThat(ApiJson.mapper().readValue(nulls.append('}').toString(), type))
                .isEqualTo(empty);
    }

    private static boolean hasType(JsonNode value, String type) {
        if (type.startsWith("array:")) {
            return value.isArray() && hasType(value.path(0), type.substring("array:".length()));
        }
        if (type.startsWith("map:")) {
            return value.isObject() && hasType(value.path("key"), type.substring("map:".length()));
        }
        return switch (type) {
            case "string" -> value.isTextual();
            case "integer" -> value.isIntegralNumber();
            case "number" -> value.isNumber();
            case "boolean" -> value.isBoolean();
            default -> value.isObject();
        };
    }

    private static Object sample(Type type) throws ReflectiveOperationException {
        if (type instanceof ParameterizedType generic) {
            Type last = generic.getActualTypeArguments()[generic.getActualTypeArguments().length - 1];
            return generic.getRawType() == List.class ? List.of(sample(last)) : Map.of("key", sample(last));
        }
        Class<?> plain = (Class<?>) type;
        if (plain == String.class) {
            return "text";
        } else if (plain == long.class || plain == Long.class) {
            return 7_000_000_000L;
        } else if (plain == int.class || plain == Integer.class) {
            return 7;
        } else if (plain == boolean.class || plain == Boolean.class) {
            return true;
        } else if (plain == Instant.class) {
            return Instant.parse("2026-11-23T20:00:00.123456789Z");
        } else if (plain == JsonNode.class) {
            return JsonNodeFactory.instance.objectNode();
        }
        RecordComponent[] components = plain.getRecordComponents();
        List<Class<?>> types = new ArrayList<>();
        List<Object> values = new ArrayList<>();
        for (RecordComponent component : components) {
            types.add(component.getType());
            values.add(sample(component.getGenericType()));
        }
        return plain.getDeclaredConstructor(types.toArray(Class[]::new)).newInstance(values.toArray());
    }

    private static Map<String, Map<String, String>> read() {
        Map<String, Map<String, String>> definitions = new LinkedHashMap<>();
        try (InputStream in = SchemaTest.class.getResourceAsStream("/dev/ferry/api/docker-engine-api-1.50.tsv")) {
            assertThat(in).isNotNull();
            for (String line : new String(in.readAllBytes(), StandardCharsets.UTF_8).split("\n", -1)) {
                if (!line.isEmpty() && !line.startsWith("#")) {
                    String[] cells = line.split("\t", -1);
                    definitions
                            .computeIfAbsent(cells[0], d -> new LinkedHashMap<>())
                            .put(cells[1], cells[2]);
                }
            }
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        return definitions;
    }
}
