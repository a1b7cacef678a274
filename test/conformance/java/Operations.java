import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/**
 * Serves operations, one JSON object a line on standard input, each answered by a line on standard
 * output: {"error": null}, or the exception with its causes as text.
 */
final class Operations {
    interface Operation {
        void run(Request request) throws Exception;
    }

    /** One operation's parameters. */
    record Request(Map<String, Object> parameters) {
        String text(String name) {
            Object value = parameters.get(name);
            if (value == null) throw new IllegalArgumentException("the operation lacks " + name);
            return value.toString();
        }

        String text(String name, String otherwise) {
            return parameters.containsKey(name) ? text(name) : otherwise;
        }

        boolean is(String name) {
            return Boolean.TRUE.equals(parameters.get(name));
        }

        Map<String, String> map(String name) {
            Map<String, String> map = new HashMap<>();
            if (parameters.get(name) instanceof Map<?, ?> given) {
                given.forEach((key, value) -> map.put(key.toString(), value.toString()));
            }
            return map;
        }
    }

    private Operations() {}

    static void serve(Map<String, Operation> operations) throws Exception {
        ObjectMapper json = new ObjectMapper();
        // A library that prints must not get between the answers.
        PrintStream answers = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        System.setOut(System.err);
        BufferedReader input =
            new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line; (line = input.readLine()) != null; ) {
            Map<String, Object> answer = new HashMap<>();
            answer.put("error", attempt(operations, json, line));
            answers.println(json.writeValueAsString(answer));
        }
    }

    private static String attempt(Map<String, Operation> operations, ObjectMapper json, String line) {
        try {
            Map<String, Object> parameters = new HashMap<>();
            json.readTree(line)
                .fields()
                .forEachRemaining(
                    field -> parameters.put(field.getKey(), json.convertValue(field.getValue(), Object.class)));
            Request request = new Request(parameters);
            Operation operation = operations.get(request.text("do"));
            if (operation == null) throw new IllegalArgumentException("no operation " + line);
            operation.run(request);
            return null;
        } catch (Exception error) {
            StringBuilder text = new StringBuilder(error.toString());
            for (Throwable cause = error.getCause(); cause != null; cause = cause.getCause()) {
                text.append(" / ").append(cause);
            }
            return text.toString();
        }
    }
}
