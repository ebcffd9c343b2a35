// The XML plugin is looked up where scripts/lint installs it, then where npm would.
const xml = require.resolve("@prettier/plugin-xml", {
    paths: [`${__dirname}/.local/node`, __dirname],
});

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
