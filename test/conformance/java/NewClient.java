import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.EnvironmentVariableCredentialsProvider;
import software.amazon.awssdk.core.async.AsyncRequestBody;
import software.amazon.awssdk.core.async.AsyncResponseTransformer;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.http.apache.ApacheHttpClient;
import software.amazon.awssdk.http.nio.netty.NettyNioAsyncHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.kms.KmsClient;
import software.amazon.awssdk.services.s3.S3AsyncClient;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.GetObjectRequest;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;
import software.amazon.awssdk.services.s3.model.SdkPartType;
import software.amazon.encryption.s3.CommitmentPolicy;
import software.amazon.encryption.s3.S3AsyncEncryptionClient;
import software.amazon.encryption.s3.S3EncryptionClient;
import software.amazon.encryption.s3.algorithms.AlgorithmSuite;
import software.amazon.encryption.s3.internal.InstructionFileConfig;
import software.amazon.encryption.s3.materials.AesKeyring;
import software.amazon.encryption.s3.materials.Keyring;
import software.amazon.encryption.s3.materials.KmsKeyring;
import software.amazon.encryption.s3.materials.PartialRsaKeyPair;
import software.amazon.encryption.s3.materials.RsaKeyring;

/**
 * Amazon S3 Encryption Client for Java, version 4. Arguments: endpoint and region.
 *
 * Operations: "put", "putMultipart" (its own high-level multipart upload), "putParts" (multipart by hand,
 * "partBytes"), "putAsync", "get", "getAsync"; each with "bucket", "key", "file", "suite" ("gcm" or "115"),
 * "materials" ("kms" with "kmsKeyId", "aes", "rsa"), "context" (encryption context), "instructionFile"
 * (write one), and "legacy": whether CBC and the wrap "kms" may be read. Reading allows objects without key
 * commitment.
 */
final class NewClient {
    /** More than a run needs: a refused object, and any instruction file, leaves its connection taken. */
    private static final int CONNECTIONS = 5000;

    private final URI endpoint;
    private final Region region;
    private final AwsCredentialsProvider credentials = EnvironmentVariableCredentialsProvider.create();
    private final S3Client s3;
    private final S3AsyncClient s3Async;
    private final KmsClient kms;
    private final Map<String, S3Client> clients = new HashMap<>();
    private final Map<String, S3AsyncClient> asyncClients = new HashMap<>();

    NewClient(String url, String regionName) {
        endpoint = URI.create(url);
        region = Region.of(regionName);
        s3 =
            S3Client.builder()
                .endpointOverride(endpoint)
                .region(region)
                .credentialsProvider(credentials)
                .forcePathStyle(true)
                .httpClientBuilder(ApacheHttpClient.builder().maxConnections(CONNECTIONS))
                .build();
        s3Async =
            S3AsyncClient.builder()
                .endpointOverride(endpoint)
                .region(region)
                .credentialsProvider(credentials)
                .forcePathStyle(true)
                .httpClientBuilder(NettyNioAsyncHttpClient.builder().maxConcurrency(CONNECTIONS))
                // Against a server that mishandles "Expect: 100-continue" it would wait for ever.
                .overrideConfiguration(o -> o.apiCallTimeout(Duration.ofSeconds(60)))
                .build();
        kms =
            KmsClient.builder()
                .endpointOverride(endpoint)
                .region(region)
                .credentialsProvider(credentials)
                .build();
    }

    public static void main(String[] arguments) throws Exception {
        NewClient client = new NewClient(arguments[0], arguments[1]);
        Operations.serve(
            Map.of(
                "put", client::put,
                "putMultipart", client::put,
                "putParts", client::putParts,
                "putAsync", client::putAsync,
                "get", client::get,
                "getAsync", client::getAsync));
        // Its threads are no daemons.
        System.exit(0);
    }

    private S3Client client(Operations.Request o) {
        boolean multipart = o.text("do").equals("putMultipart");
        return clients.computeIfAbsent(
            settings(o) + multipart,
            key ->
                S3EncryptionClient.builderV4()
                    .wrappedClient(s3)
                    .wrappedAsyncClient(s3Async)
                    .keyring(keyring(o))
                    .encryptionAlgorithm(suite(o))
                    .commitmentPolicy(policy(o))
                    .enableLegacyUnauthenticatedModes(o.is("legacy"))
                    .enableMultipartPutObject(multipart)
                    .instructionFileConfig(instructionFiles(o))
                    .build());
    }

    private S3AsyncClient asyncClient(Operations.Request o) {
        return asyncClients.computeIfAbsent(
            settings(o),
            key ->
                S3AsyncEncryptionClient.builderV4()
                    .wrappedClient(s3Async)
                    .keyring(keyring(o))
                    .encryptionAlgorithm(suite(o))
                    .commitmentPolicy(policy(o))
                    .enableLegacyUnauthenticatedModes(o.is("legacy"))
                    .build());
    }

    private static String settings(Operations.Request o) {
        return String.join(
            " ",
            o.text("suite", "115"),
            o.text("materials", "kms"),
            o.text("kmsKeyId", ""),
            String.valueOf(o.is("legacy")),
            String.valueOf(o.is("instructionFile")));
    }

    private Keyring keyring(Operations.Request o) {
        return switch (o.text("materials", "kms")) {
            case "aes" -> AesKeyring.builder().wrappingKey(RawKeys.aes()).build();
            case "rsa" -> RsaKeyring.builder()
                .wrappingKeyPair(
                    new PartialRsaKeyPair(RawKeys.rsa().getPrivate(), RawKeys.rsa().getPublic()))
                .build();
            default -> KmsKeyring.builder()
                .kmsClient(kms)
                .wrappingKeyId(o.text("kmsKeyId"))
                .enableLegacyWrappingAlgorithms(o.is("legacy"))
                .build();
        };
    }

    private static AlgorithmSuite suite(Operations.Request o) {
        return o.text("suite", "115").equals("gcm")
            ? AlgorithmSuite.ALG_AES_256_GCM_IV12_TAG16_NO_KDF
            : AlgorithmSuite.ALG_AES_256_GCM_HKDF_SHA512_COMMIT_KEY;
    }

    private static CommitmentPolicy policy(Operations.Request o) {
        return o.text("suite", "115").equals("gcm")
            ? CommitmentPolicy.FORBID_ENCRYPT_ALLOW_DECRYPT
            : CommitmentPolicy.REQUIRE_ENCRYPT_ALLOW_DECRYPT;
    }

    private InstructionFileConfig instructionFiles(Operations.Request o) {
        return InstructionFileConfig.builder()
            .instructionFileClient(s3)
            .enableInstructionFilePutObject(o.is("instructionFile"))
            .build();
    }

    private static Consumer<PutObjectRequest.Builder> target(Operations.Request o) {
        return request ->
            request
                .bucket(o.text("bucket"))
                .key(o.text("key"))
                .overrideConfiguration(
                    S3EncryptionClient.withAdditionalConfiguration(o.map("context")));
    }

    private static Consumer<GetObjectRequest.Builder> source(Operations.Request o) {
        return request ->
            request
                .bucket(o.text("bucket"))
                .key(o.text("key"))
                .overrideConfiguration(
                    S3EncryptionClient.withAdditionalConfiguration(o.map("context")));
    }

    private void put(Operations.Request o) {
        client(o).putObject(target(o), RequestBody.fromFile(Path.of(o.text("file"))));
    }

    private void putParts(Operations.Request o) throws Exception {
        S3Client client = client(o);
        String bucket = o.text("bucket");
        String key = o.text("key");
        int partBytes = Integer.parseInt(o.text("partBytes"));
        String upload =
            client
                .createMultipartUpload(
                    request ->
                        request
                            .bucket(bucket)
                            .key(key)
                            .overrideConfiguration(
                                S3EncryptionClient.withAdditionalConfiguration(o.map("context"))))
                .uploadId();
        List<CompletedPart> parts = new ArrayList<>();
        try (FileChannel file = FileChannel.open(Path.of(o.text("file")))) {
            while (file.position() < file.size()) {
                ByteBuffer content =
                    ByteBuffer.allocate((int) Math.min(partBytes, file.size() - file.position()));
                while (content.hasRemaining() && file.read(content) >= 0) {}
                int number = parts.size() + 1;
                boolean last = file.position() >= file.size();
                String etag =
                    client
                        .uploadPart(
                            request -> {
                                request.bucket(bucket).key(key).uploadId(upload).partNumber(number);
                                if (last) request.sdkPartType(SdkPartType.LAST);
                            },
                            RequestBody.fromBytes(content.array()))
                        .eTag();
                parts.add(CompletedPart.builder().partNumber(number).eTag(etag).build());
            }
        }
        client.completeMultipartUpload(
            request ->
                request
                    .bucket(bucket)
                    .key(key)
                    .uploadId(upload)
                    .multipartUpload(finished -> finished.parts(parts)));
    }

    private void putAsync(Operations.Request o) {
        asyncClient(o)
            .putObject(target(o), AsyncRequestBody.fromFile(Path.of(o.text("file"))))
            .join();
    }

    private void get(Operations.Request o) throws Exception {
        byte[] content = client(o).getObjectAsBytes(source(o)).asByteArrayUnsafe();
        Files.write(Path.of(o.text("file")), content);
    }

    private void getAsync(Operations.Request o) throws Exception {
        byte[] content =
            asyncClient(o)
                .getObject(source(o), AsyncResponseTransformer.toBytes())
                .join()
                .asByteArrayUnsafe();
        Files.write(Path.of(o.text("file")), content);
    }
}
