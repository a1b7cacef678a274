import com.amazonaws.auth.EnvironmentVariableCredentialsProvider;
import com.amazonaws.client.builder.AwsClientBuilder.EndpointConfiguration;
import com.amazonaws.services.kms.AWSKMS;
import com.amazonaws.services.kms.AWSKMSClientBuilder;
import com.amazonaws.services.s3.AmazonS3Encryption;
import com.amazonaws.services.s3.AmazonS3EncryptionClientBuilder;
import com.amazonaws.services.s3.model.CompleteMultipartUploadRequest;
import com.amazonaws.services.s3.model.CryptoConfiguration;
import com.amazonaws.services.s3.model.CryptoMode;
import com.amazonaws.services.s3.model.CryptoStorageMode;
import com.amazonaws.services.s3.model.EncryptionMaterials;
import com.amazonaws.services.s3.model.EncryptionMaterialsProvider;
import com.amazonaws.services.s3.model.GetObjectRequest;
import com.amazonaws.services.s3.model.InitiateMultipartUploadRequest;
import com.amazonaws.services.s3.model.KMSEncryptionMaterialsProvider;
import com.amazonaws.services.s3.model.PartETag;
import com.amazonaws.services.s3.model.S3Object;
import com.amazonaws.services.s3.model.StaticEncryptionMaterialsProvider;
import com.amazonaws.services.s3.model.UploadPartRequest;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The S3 encryption client of the AWS SDK for Java 1: the one whose "Encryption-Only" mode AWS's
 * documentation of native backup names. Arguments: endpoint and region.
 *
 * Operations: "put", "putParts" (multipart, "partBytes"), "get"; each with "bucket", "key", "file",
 * "mode" (CryptoMode), "storage" (CryptoStorageMode) and "materials": "kms" or "kms-v1"
 * (KmsCipher) with "kmsKeyId", "aes", "rsa".
 */
@SuppressWarnings("deprecation")
final class OldClient {
    private final EndpointConfiguration endpoint;
    private final Map<String, AmazonS3Encryption> clients = new HashMap<>();

    private OldClient(String url, String region) {
        endpoint = new EndpointConfiguration(url, region);
    }

    public static void main(String[] arguments) throws Exception {
        OldClient client = new OldClient(arguments[0], arguments[1]);
        Operations.serve(
            Map.of("put", client::put, "putParts", client::putParts, "get", client::get));
    }

    private AmazonS3Encryption client(Operations.Request o) {
        String mode = o.text("mode", "EncryptionOnly");
        String storage = o.text("storage", "ObjectMetadata");
        String materials = o.text("materials", "kms");
        String kmsKeyId = o.text("kmsKeyId", "");
        return clients.computeIfAbsent(
            String.join(" ", mode, storage, materials, kmsKeyId),
            key -> {
                AWSKMS kms =
                    AWSKMSClientBuilder.standard()
                        .withEndpointConfiguration(endpoint)
                        .withCredentials(new EnvironmentVariableCredentialsProvider())
                        .build();
                return AmazonS3EncryptionClientBuilder.standard()
                    .withEndpointConfiguration(endpoint)
                    .withPathStyleAccessEnabled(true)
                    .withCredentials(new EnvironmentVariableCredentialsProvider())
                    .withKmsClient(kms)
                    .withEncryptionMaterials(provider(kms, materials, kmsKeyId))
                    .withCryptoConfiguration(
                        new CryptoConfiguration(CryptoMode.valueOf(mode))
                            .withStorageMode(CryptoStorageMode.valueOf(storage)))
                    .build();
            });
    }

    private static EncryptionMaterialsProvider provider(
        AWSKMS kms, String materials, String kmsKeyId) {
        return switch (materials) {
            case "kms-v1" -> new StaticEncryptionMaterialsProvider(
                new EncryptionMaterials(KmsCipher.key(kms, kmsKeyId)));
            case "aes" -> new StaticEncryptionMaterialsProvider(
                new EncryptionMaterials(RawKeys.aes()));
            case "rsa" -> new StaticEncryptionMaterialsProvider(
                new EncryptionMaterials(RawKeys.rsa()));
            default -> new KMSEncryptionMaterialsProvider(kmsKeyId);
        };
    }

    private void put(Operations.Request o) {
        client(o).putObject(o.text("bucket"), o.text("key"), new File(o.text("file")));
    }

    private void putParts(Operations.Request o) {
        AmazonS3Encryption s3 = client(o);
        String bucket = o.text("bucket");
        String key = o.text("key");
        File file = new File(o.text("file"));
        long partBytes = Long.parseLong(o.text("partBytes"));
        String upload =
            s3.initiateMultipartUpload(new InitiateMultipartUploadRequest(bucket, key)).getUploadId();
        List<PartETag> parts = new ArrayList<>();
        for (long offset = 0; offset < file.length(); offset += partBytes) {
            boolean last = offset + partBytes >= file.length();
            UploadPartRequest part =
                new UploadPartRequest()
                    .withBucketName(bucket)
                    .withKey(key)
                    .withUploadId(upload)
                    .withPartNumber(parts.size() + 1)
                    .withFile(file)
                    .withFileOffset(offset)
                    .withPartSize(last ? file.length() - offset : partBytes)
                    .withLastPart(last);
            parts.add(s3.uploadPart(part).getPartETag());
        }
        s3.completeMultipartUpload(new CompleteMultipartUploadRequest(bucket, key, upload, parts));
    }

    private void get(Operations.Request o) throws Exception {
        GetObjectRequest request = new GetObjectRequest(o.text("bucket"), o.text("key"));
        try (S3Object object = client(o).getObject(request)) {
            Path file = Path.of(o.text("file"));
            Files.copy(object.getObjectContent(), file, StandardCopyOption.REPLACE_EXISTING);
        }
    }
}
