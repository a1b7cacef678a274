import com.amazonaws.services.kms.AWSKMS;
import com.amazonaws.services.kms.model.DecryptRequest;
import com.amazonaws.services.kms.model.EncryptRequest;
import java.nio.ByteBuffer;
import java.security.AlgorithmParameters;
import java.security.Key;
import java.security.NoSuchAlgorithmException;
import java.security.Provider;
import java.security.SecureRandom;
import java.security.Security;
import java.security.spec.AlgorithmParameterSpec;
import java.util.Arrays;
import javax.crypto.Cipher;
import javax.crypto.CipherSpi;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;

/**
 * A cipher that is AWS KMS, without encryption context. The old client, given a master key of this
 * algorithm, writes and reads V1 objects whose data key KMS has wrapped: what a class derived from
 * SymmetricAlgorithm does for the .NET client in the published restore. Everything but the wrap is
 * the client's own.
 */
public final class KmsCipher extends CipherSpi {
    private static final String ALGORITHM = "KMS";
    private static AWSKMS kms;

    private int mode;
    private String keyId;

    /** A master key that stands for a KMS key. */
    static SecretKey key(AWSKMS client, String keyId) {
        kms = client;
        if (Security.getProvider(ALGORITHM) == null) Security.addProvider(new KmsProvider());
        return new SecretKeySpec(keyId.getBytes(), ALGORITHM);
    }

    private static final class KmsProvider extends Provider {
        private static final long serialVersionUID = 1;

        KmsProvider() {
            super(ALGORITHM, "1", "Cipher that is AWS KMS");
            put("Cipher." + ALGORITHM, KmsCipher.class.getName());
        }
    }

    @Override
    protected void engineInit(int opmode, Key key, SecureRandom random) {
        mode = opmode;
        keyId = new String(key.getEncoded());
    }

    @Override
    protected void engineInit(
        int opmode, Key key, AlgorithmParameterSpec parameters, SecureRandom random) {
        engineInit(opmode, key, random);
    }

    @Override
    protected void engineInit(
        int opmode, Key key, AlgorithmParameters parameters, SecureRandom random) {
        engineInit(opmode, key, random);
    }

    @Override
    protected byte[] engineDoFinal(byte[] input, int offset, int length) {
        ByteBuffer given = ByteBuffer.wrap(Arrays.copyOfRange(input, offset, offset + length));
        ByteBuffer result =
            mode == Cipher.ENCRYPT_MODE
                ? kms.encrypt(new EncryptRequest().withKeyId(keyId).withPlaintext(given))
                    .getCiphertextBlob()
                : kms.decrypt(new DecryptRequest().withCiphertextBlob(given)).getPlaintext();
        byte[] bytes = new byte[result.remaining()];
        result.get(bytes);
        return bytes;
    }

    @Override
    protected void engineSetMode(String name) throws NoSuchAlgorithmException {
        if (!name.equals("ECB")) throw new NoSuchAlgorithmException(name);
    }

    @Override
    protected void engineSetPadding(String name) {}

    @Override
    protected int engineGetBlockSize() {
        return 0;
    }

    @Override
    protected int engineGetOutputSize(int length) {
        return 0;
    }

    @Override
    protected byte[] engineGetIV() {
        return null;
    }

    @Override
    protected AlgorithmParameters engineGetParameters() {
        return null;
    }

    @Override
    protected byte[] engineUpdate(byte[] input, int offset, int length) {
        throw new UnsupportedOperationException("one call, one key");
    }

    @Override
    protected int engineUpdate(byte[] input, int offset, int length, byte[] output, int at) {
        throw new UnsupportedOperationException("one call, one key");
    }

    @Override
    protected int engineDoFinal(byte[] input, int offset, int length, byte[] output, int at) {
        throw new UnsupportedOperationException("the result has another length");
    }
}
