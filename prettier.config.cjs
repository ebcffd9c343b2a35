// Where npm would put the XML plugin, or where NODE_PATH of scripts/lint says.
const xml = require.resolve("@prettier/plugin-xml");

module.exports = {
    plugins: [xml],
    bracketSpacing: false,
    printWidth: 88,
    proseWrap: "always",
    trailingComma: "es5",
    xmlWhitespaceSensitivity: "preserve",
    overrides: [
        {
            files: "*.xml",
            options: {xmlQuoteAttributes: "double", xmlSelfClosingSpace: true},
        },
    ],
};
