import com.amazon.corretto.crypto.provider.AmazonCorrettoCryptoProvider;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.Provider;
import java.util.HashMap;
import java.util.Map;
import software.amazon.awssdk.auth.credentials.EnvironmentVariableCredentialsProvider;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.core.sync.ResponseTransformer;
import software.amazon.awssdk.http.nio.netty.NettyNioAsyncHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.kms.KmsClient;
import software.amazon.awssdk.services.s3.S3AsyncClient;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.encryption.s3.S3EncryptionClient;
import software.amazon.encryption.s3.materials.KmsKeyring;
import software.amazon.encryption.s3.materials.MultipartConfiguration;

/**
 * One upload or download by Amazon S3 Encryption Client for Java 4: FigureInput (figures.ts) as JSON on
 * standard input, Measured (measure.ts) as JSON on standard output. Arguments: MiB of a part, connections.
 */
final class BenchClient {
    private static final int MIB = 1024 * 1024;

    private BenchClient() {}

    public static void main(String[] arguments) throws Exception {
        long partBytes = Long.parseLong(arguments[0]) * MIB;
        int connections = Integer.parseInt(arguments[1]);
        ObjectMapper json = new ObjectMapper();
        JsonNode input = json.readTree(System.in);
        URI endpoint = URI.create(input.get("endpointUrl").asText());
        Region region = Region.of(input.get("region").asText());
        String bucket = input.get("bucket").asText();
        String key = input.get("key").asText();
        EnvironmentVariableCredentialsProvider credentials =
            EnvironmentVariableCredentialsProvider.create();
        S3Client s3 =
            S3Client.builder()
                .endpointOverride(endpoint)
                .region(region)
                .credentialsProvider(credentials)
                .forcePathStyle(true)
                .build();
        S3AsyncClient s3Async =
            S3AsyncClient.builder()
                .endpointOverride(endpoint)
                .region(region)
                .credentialsProvider(credentials)
                .forcePathStyle(true)
                .httpClientBuilder(NettyNioAsyncHttpClient.builder().maxConcurrency(connections))
                .build();
        KmsClient kms =
            KmsClient.builder()
                .endpointOverride(endpoint)
                .region(region)
                .credentialsProvider(credentials)
                .build();
        Provider provider = fastestProvider();
        S3Client client =
            S3EncryptionClient.builderV4()
                .wrappedClient(s3)
                .wrappedAsyncClient(s3Async)
                .keyring(
                    KmsKeyring.builder()
                        .kmsClient(kms)
                        .wrappingKeyId(input.get("kmsKeyId").asText())
                        .build())
                .enableMultipartPutObject(true)
                .enableDelayedAuthenticationMode(true)
                .cryptoProvider(provider)
                .build();

        boolean uploads = input.get("figure").asText().endsWith("Upload");
        long started = System.nanoTime();
        if (uploads) {
            MultipartConfiguration parts =
                MultipartConfiguration.builder()
                    .partSize(partBytes)
                    .maxConnections(connections)
                    .build();
            client.putObject(
                request ->
                    request
                        .bucket(bucket)
                        .key(key)
                        .overrideConfiguration(
                            S3EncryptionClient.withAdditionalConfiguration(Map.of(), parts)),
                RequestBody.fromFile(Path.of(input.get("file").asText())));
        } else {
            client.getObject(
                request -> request.bucket(bucket).key(key),
                ResponseTransformer.toFile(Path.of(input.get("target").asText())));
        }
        Map<String, Object> measured = new HashMap<>();
        measured.put("wallS", (System.nanoTime() - started) / 1e9);
        OperatingSystemMXBean system =
            (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        measured.put("cpuS", system.getProcessCpuTime() / 1e9);
        measured.put("peakMiB", peakMiB());
        String how =
            uploads
                ? String.format(
                    "enableMultipartPutObject, parts of %s MiB, %d connections", arguments[0], connections)
                : "enableDelayedAuthenticationMode, to a file";
        String cipher = provider == null ? "Java's own" : provider.getName();
        measured.put(
            "settings",
            String.format("suite 115; %s; cipher: %s; Java %s", how, cipher, Runtime.version()));
        System.out.println(json.writeValueAsString(measured));
        // Its threads are no daemons.
        System.exit(0);
    }

    /** Amazon's own, where its native code loads; null for what Java brings. */
    private static Provider fastestProvider() {
        try {
            AmazonCorrettoCryptoProvider provider = AmazonCorrettoCryptoProvider.INSTANCE;
            return provider.getLoadingError() == null ? provider : null;
        } catch (LinkageError notForThisSystem) {
            return null;
        }
    }

    /** null on a system without /proc. */
    private static Double peakMiB() throws Exception {
        Path status = Path.of("/proc/self/status");
        if (!Files.exists(status)) return null;
        for (String line : Files.readAllLines(status)) {
            if (line.startsWith("VmHWM:")) {
                return Double.parseDouble(line.replaceAll("[^0-9]", "")) / 1024;
            }
        }
        return null;
    }
}
